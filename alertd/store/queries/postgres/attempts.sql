-- name: close
-- As on SQLite; here the list is a table, and is joined.
UPDATE attempt SET closed_at = now_ms(), outcome = $4, code = $5, provider_ref = nullif(r.value, '')
  FROM json_each(CAST($3 AS TEXT)) r
 WHERE attempt.message_id = $1 AND attempt.ordinal = $2 AND attempt.endpoint_id = CAST(r.key AS BIGINT)
   AND (attempt.closed_at IS NULL OR attempt.outcome = 'unknown')
RETURNING endpoint_id;
