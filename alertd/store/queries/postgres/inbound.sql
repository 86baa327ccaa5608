-- name: take
-- As on SQLite, where there is one writer; here nodes take turns, so that nobody is answered twice.
SELECT id, gateway, received_at, content, key_id FROM inbound WHERE heeded_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE;
