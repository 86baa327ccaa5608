-- name: hold
-- As on SQLite, where there is one writer; here the row is the turn. Rows that refer to the station need not wait.
SELECT id FROM station WHERE id = $1 FOR NO KEY UPDATE;
