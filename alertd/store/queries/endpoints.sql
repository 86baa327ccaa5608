-- name: greet
-- Who writes and how to leave has been said here.
UPDATE endpoint SET greeted_at = now_ms()
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND greeted_at IS NULL;

-- name: close
-- Dead, or stopped by the person: on a provider's word about this very address. Reach is derived anew after it.
UPDATE endpoint SET state = $2, closed_at = now_ms()
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND state = 1;
