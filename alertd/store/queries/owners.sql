-- Stations that have gateways of their own: the configuration names them ($2, slugs), the tree says who is under whom.

-- name: of
-- Those at or above a station ($1), the nearest first. A training station has the sandbox, whoever is above it.
WITH RECURSIVE above (slug, parent_id, depth) AS (
  SELECT slug, parent_id, CAST(0 AS BIGINT) FROM station WHERE id = $1 AND mode = 0
   UNION ALL
  SELECT s.slug, s.parent_id, a.depth + 1 FROM above a JOIN station s ON s.id = a.parent_id WHERE a.depth < 20)
SELECT slug FROM above WHERE slug IN (SELECT value FROM json_each(CAST($2 AS TEXT))) ORDER BY depth;

-- name: lineages
-- Each of these stations ($1) with those of them at or above it, the nearest first.
WITH RECURSIVE above (station, slug, parent_id, depth) AS (
  SELECT slug, slug, parent_id, CAST(0 AS BIGINT) FROM station
   WHERE mode = 0 AND slug IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
   UNION ALL
  SELECT a.station, s.slug, s.parent_id, a.depth + 1 FROM above a JOIN station s ON s.id = a.parent_id WHERE a.depth < 20)
SELECT station, slug FROM above WHERE slug IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY station, depth;

-- name: below
-- Those at or under a station ($1).
WITH RECURSIVE under (id, slug, depth) AS (
  SELECT id, slug, CAST(0 AS BIGINT) FROM station WHERE id = $1
   UNION ALL
  SELECT s.id, s.slug, u.depth + 1 FROM under u JOIN station s ON s.parent_id = u.id WHERE u.depth < 20)
SELECT slug FROM under WHERE slug IN (SELECT value FROM json_each(CAST($2 AS TEXT))) ORDER BY slug;

-- name: known
-- Which of these slugs ($1) a station has, and of which mode: an own gateway of a training one would never speak.
SELECT slug, mode FROM station WHERE slug IN (SELECT value FROM json_each(CAST($1 AS TEXT))) AND kind <> 'canary' ORDER BY slug;

-- name: foreign
-- Of what is queued at a sender ($1) the messages that are not for it: of no station at or under its owners ($2). One look into the
-- index for each message, lane by lane, as `deliveries.waiting` does.
WITH RECURSIVE under (id, depth) AS (
  SELECT id, CAST(0 AS BIGINT) FROM station WHERE slug IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
   UNION ALL
  SELECT s.id, u.depth + 1 FROM under u JOIN station s ON s.parent_id = u.id WHERE u.depth < 20),
found (lane, message_id) AS (
  SELECT CAST(v.value AS BIGINT), (SELECT d.message_id FROM delivery d
                   WHERE d.sender_id = $1 AND d.state = 1 AND d.lane = CAST(v.value AS BIGINT)
                   ORDER BY d.sender_id, d.lane, d.message_id LIMIT 1)
    FROM json_each(CAST($3 AS TEXT)) v
  UNION ALL
  SELECT f.lane, (SELECT d.message_id FROM delivery d
                   WHERE d.sender_id = $1 AND d.state = 1 AND d.lane = f.lane AND d.message_id > f.message_id
                   ORDER BY d.sender_id, d.lane, d.message_id LIMIT 1)
    FROM found f WHERE f.message_id IS NOT NULL)
SELECT f.lane, f.message_id FROM found f JOIN message m ON m.id = f.message_id
 WHERE m.station_id NOT IN (SELECT id FROM under) ORDER BY f.lane, f.message_id LIMIT $4;

-- name: by_shared
-- How many of a message's ($1) deliveries on a channel ($2) a shared sender ($3) handed over: by their last attempts.
SELECT count(*) AS n FROM delivery d
  JOIN attempt a ON a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND a.ordinal = d.tries
 WHERE d.message_id = $1 AND d.channel = $2 AND d.state IN (3, 4, 5, 6)
   AND a.sender_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($3 AS TEXT)));
