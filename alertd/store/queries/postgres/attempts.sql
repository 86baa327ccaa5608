-- name: open
-- As on SQLite; here a list of keys is an array.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at)
SELECT $1, e.id, $3, $4, $5, $6 FROM unnest(CAST(translate(CAST($2 AS TEXT), '[]', '{}') AS BIGINT[])) e(id);

-- name: close
-- As on SQLite; here the list is a table, and is joined.
UPDATE attempt SET closed_at = now_ms(), outcome = $4, code = $5, provider_ref = nullif(r.value, '')
  FROM json_each(CAST($3 AS TEXT)) r
 WHERE attempt.message_id = $1 AND attempt.ordinal = $2 AND attempt.endpoint_id = CAST(r.key AS BIGINT)
   AND (attempt.closed_at IS NULL OR attempt.outcome = 'unknown')
RETURNING endpoint_id;
