-- While an election is near, messages of some topics are ticked as promoting nobody.

-- name: above
-- The period of a station or of one above it that holds now ($2); the commune's is its associations' too.
WITH RECURSIVE above (id, parent_id, depth) AS (
  SELECT id, parent_id, CAST(0 AS BIGINT) FROM station WHERE id = $1
   UNION ALL
  SELECT s.id, s.parent_id, a.depth + 1 FROM above a JOIN station s ON s.id = a.parent_id WHERE a.depth < 20)
SELECT e.starts, e.ends FROM above a JOIN election e ON e.station_id = a.id
 WHERE e.starts <= $2 AND e.ends > $2 ORDER BY e.ends DESC LIMIT 1;

-- name: own
-- What a station set for itself, past, present or to come.
SELECT starts, ends FROM election WHERE station_id = $1;

-- name: set
-- The last word counts.
INSERT INTO election (station_id, starts, ends) VALUES ($1, $2, $3)
ON CONFLICT (station_id) DO UPDATE SET starts = excluded.starts, ends = excluded.ends;

-- name: drop
-- No election is near.
DELETE FROM election WHERE station_id = $1;
