-- Where several nodes write at once.

-- name: hear
-- As on SQLite; what another transaction has in hand is passed over: it says the same of it at this very moment, or it is closed.
UPDATE endpoint SET heard_at = now_ms()
 WHERE id IN (SELECT e.id FROM endpoint e
               WHERE e.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
                 AND (e.heard_at IS NULL OR e.heard_at < (SELECT now_ms()) - 86400000)
               ORDER BY e.id FOR UPDATE SKIP LOCKED);
