-- name: endpoints
-- As on SQLite; PostgreSQL must be told that the hashes are bytes.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE (i + 1) * 32 < length(CAST($1 AS BYTEA)))
SELECT e.id, e.channel
  FROM n CROSS JOIN endpoint e
 WHERE e.address_hash = substr(CAST($1 AS BYTEA), n.i * 32 + 1, 32) AND e.mode = 0 AND e.state = 1;
