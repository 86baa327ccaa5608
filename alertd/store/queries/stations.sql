-- name: add
-- Mode is written here and by no other statement.
INSERT INTO station (id, parent_id, slug, name, kind, mode, insee, timezone, region, locale, latitude, longitude,
                     outline, phone, private, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: find_by_slug
-- What URLs and the command line call a station; canaries' is nobody's to find.
SELECT id, parent_id, slug, name, kind, mode, insee, timezone, region, locale, latitude, longitude, outline, phone, private,
       suspended_at, accent
FROM station WHERE slug = $1 AND kind <> 'canary';

-- name: find_by_id
-- What rows call a station.
SELECT id, parent_id, slug, name, kind, mode, insee, timezone, region, locale, latitude, longitude, outline, phone, private,
       suspended_at, accent
FROM station WHERE id = $1;

-- name: list_all
-- In order of making, a page at a time: $1 is the id after which the page begins.
SELECT id, parent_id, slug, name, kind, mode, insee, timezone, region, locale, latitude, longitude, outline, phone, private,
       suspended_at, accent
FROM station WHERE id > $1 AND kind <> 'canary' ORDER BY id LIMIT $2;

-- name: timezones
-- Two at most: whether a page of the whole instance can tell the time on every station's own clock.
SELECT DISTINCT timezone FROM station WHERE kind <> 'canary' ORDER BY timezone LIMIT 2;

-- name: live_timezones
-- In which live stations' clocks stand.
SELECT DISTINCT timezone FROM station WHERE mode = 0 AND kind <> 'canary' ORDER BY timezone LIMIT 50;

-- name: suspend
-- A suspended station releases nothing and its keys open nothing; null lets it work again.
UPDATE station SET suspended_at = $2 WHERE id = $1;

-- name: colour
-- From now on this heads its screens.
UPDATE station SET accent = $2 WHERE id = $1;

-- name: redraw
-- An outline that came later than its station, or after a merger of communes.
UPDATE station SET outline = $2 WHERE id = $1;

-- name: silences
-- A station's own delays and those of the stations above it, nearest first: a level is decided by the first that names it.
WITH RECURSIVE above (slug, parent_id, silence, depth) AS (
  SELECT slug, parent_id, silence, CAST(0 AS BIGINT) FROM station WHERE id = $1
   UNION ALL
  SELECT s.slug, s.parent_id, s.silence, a.depth + 1 FROM above a JOIN station s ON s.id = a.parent_id WHERE a.depth < 20)
SELECT slug, silence, depth FROM above WHERE silence IS NOT NULL ORDER BY depth;

-- name: homes
-- Whose holidays stations ($1) keep: `insee` of each, or of the nearest above it that has one, and its own days without messages.
WITH RECURSIVE asked (id) AS (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))),
above (id, insee, parent_id, depth) AS (
  SELECT id, insee, parent_id, CAST(0 AS BIGINT) FROM station WHERE id IN (SELECT id FROM asked)
   UNION ALL
  SELECT a.id, s.insee, s.parent_id, a.depth + 1 FROM above a JOIN station s ON s.id = a.parent_id
   WHERE a.insee IS NULL AND a.depth < 20)
SELECT s.id, s.closed, a.insee FROM station s LEFT JOIN above a ON a.id = s.id AND a.insee IS NOT NULL
 WHERE s.id IN (SELECT id FROM asked);

-- name: info_per_day
-- A station's own quota; null: none of its own.
SELECT info_per_day FROM station WHERE id = $1;

-- name: set_info_per_day
-- A station's own quota; null: as its kind, or the instance, has.
UPDATE station SET info_per_day = $2 WHERE id = $1;

-- name: hold
-- Until this transaction ends no other counts what the station has released today. SQLite has one writer.
SELECT id FROM station WHERE id = $1;

-- name: set_silence
-- A station's own delays, all levels at once; null: none of its own.
UPDATE station SET silence = $2 WHERE id = $1;

-- name: add_zone
-- A zone that the mairie draws once and picks afterwards.
INSERT INTO saved_zone (id, station_id, name, zone) VALUES ($1, $2, $3, $4);

-- name: list_zones
-- By name, as the form shows them.
SELECT id, station_id, name, zone FROM saved_zone WHERE station_id = $1 ORDER BY name, id LIMIT 500;

-- name: add_hamlet
-- A named point from which a circle is drawn without a map.
INSERT INTO hamlet (id, station_id, name, latitude, longitude) VALUES ($1, $2, $3, $4, $5);

-- name: list_hamlets
-- By name, as the form shows them.
SELECT id, station_id, name, latitude, longitude FROM hamlet WHERE station_id = $1 ORDER BY name, id LIMIT 500;
