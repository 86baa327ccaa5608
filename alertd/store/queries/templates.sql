-- Ready texts as stations changed them: versions that are only ever added.

-- name: newest
-- What a station and those above it decided last about each ready text, from the top of the tree down: the nearest is read last.
WITH RECURSIVE above (id, parent_id, name, depth) AS (
  SELECT id, parent_id, name, CAST(0 AS BIGINT) FROM station WHERE id = $1
   UNION ALL
  SELECT s.id, s.parent_id, s.name, a.depth + 1 FROM above a JOIN station s ON s.id = a.parent_id WHERE a.depth < 20)
SELECT v.id, v.template, v.number, v.state, v.said, v.author, v.made_at, a.depth, a.name
  FROM above a JOIN template_version v ON v.station_id = a.id
 WHERE v.number = (SELECT max(n.number) FROM template_version n WHERE n.station_id = v.station_id AND n.template = v.template)
 ORDER BY a.depth DESC, v.template LIMIT 2000;

-- name: history
-- All that was decided about one ready text here and above, the newest first.
WITH RECURSIVE above (id, parent_id, name, depth) AS (
  SELECT id, parent_id, name, CAST(0 AS BIGINT) FROM station WHERE id = $1
   UNION ALL
  SELECT s.id, s.parent_id, s.name, a.depth + 1 FROM above a JOIN station s ON s.id = a.parent_id WHERE a.depth < 20)
SELECT v.id, v.template, v.number, v.state, v.said, v.author, v.made_at, a.depth, a.name
  FROM above a JOIN template_version v ON v.station_id = a.id
 WHERE v.template = $2 ORDER BY v.made_at DESC, v.id DESC LIMIT $3;

-- name: one
-- The version that an alert came from, whatever was changed since, and whose it is.
SELECT v.id, v.template, v.number, v.state, v.said, v.author, v.made_at, CAST(0 AS BIGINT) AS depth, s.name
  FROM template_version v JOIN station s ON s.id = v.station_id WHERE v.id = $1;

-- name: of_station
-- All that a station itself ever decided about ready texts, oldest first, a page at a time: it leaves with them.
SELECT id, template, number, state, said, author, made_at FROM template_version
 WHERE station_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: own
-- How many ready texts of a station's own there are: a list that one picks from has an end.
SELECT count(DISTINCT template) AS n FROM template_version WHERE station_id = $1 AND state = 'own';

-- name: add
-- The next version; nothing where somebody else was quicker.
INSERT INTO template_version (id, station_id, template, number, state, said, author, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (station_id, template, number) DO NOTHING;
