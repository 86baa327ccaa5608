-- Codes that calls say, for whoever has nothing but calls.

-- name: keep
-- The latest alone counts.
INSERT INTO spoken_code (endpoint_id, message_id, secret_hash, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (endpoint_id) DO UPDATE SET
  message_id = excluded.message_id, secret_hash = excluded.secret_hash, tries = 0, created_at = excluded.created_at;

-- name: try
-- A code was typed: counted before it is compared, never more often than $2, and of none older than $3.
UPDATE spoken_code SET tries = tries + 1 WHERE endpoint_id = $1 AND tries < $2 AND created_at > $3;

-- name: of_endpoint
-- What was said to a number.
SELECT message_id, secret_hash FROM spoken_code WHERE endpoint_id = $1;

-- name: erase
-- With the person ($1), and what is too old to open anything ($2).
DELETE FROM spoken_code WHERE (endpoint_id >= $1 * 256 AND endpoint_id < $1 * 256 + 256) OR created_at < $2;
