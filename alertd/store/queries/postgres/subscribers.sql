-- PostgreSQL must be told that the hashes are bytes.

-- name: find_owners
-- Whose these addresses are. $1 holds hashes of 32 bytes one after the other: a list of them as text would have to
-- be turned back into bytes, which SQLite learnt only in 3.41.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE (i + 1) * 32 < length(CAST($1 AS BYTEA)))
SELECT e.subscriber_id, e.address_hash
FROM n CROSS JOIN endpoint e
WHERE e.address_hash = substr(CAST($1 AS BYTEA), n.i * 32 + 1, 32) AND e.mode = $2 AND e.state < 2;

-- name: find_closed
-- When an address last stopped, or died: a list with an older consent does not bring it back.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE (i + 1) * 32 < length(CAST($1 AS BYTEA)))
SELECT e.address_hash, MAX(e.closed_at) AS closed_at
FROM endpoint e
WHERE e.address_hash IN (SELECT substr(CAST($1 AS BYTEA), n.i * 32 + 1, 32) FROM n) AND e.mode = $2 AND e.state >= 2
GROUP BY e.address_hash;
