-- A list is staged by slices, sealed, and flipped at once, or gone.

-- name: begin
-- The batch to which rows are staged.
INSERT INTO import_batch (id, station_id, created_at) VALUES ($1, $2, $3);

-- name: find_stale
-- What a killed import left: any other batch of the station, and whatever is older than $2 elsewhere.
SELECT id FROM import_batch WHERE station_id = $1 OR created_at < $2 ORDER BY id LIMIT 100;

-- name: find
-- Whether the batch is still there: another import of the station takes its place.
SELECT id FROM import_batch WHERE id = $1;

-- name: stage
-- One person of the list, sealed.
INSERT INTO import_row (batch_id, line, content, key_id) VALUES ($1, $2, $3, $4);

-- name: list_staged
-- In the file's order, a page at a time.
SELECT line, content, key_id FROM import_row WHERE batch_id = $1 AND line > $2 ORDER BY line LIMIT $3;

-- name: drop_rows
-- A page of staged rows, so that dropping a million of them holds nobody up.
DELETE FROM import_row
WHERE batch_id = $1
  AND line IN (SELECT r.line FROM import_row r WHERE r.batch_id = $1 ORDER BY r.line LIMIT $2);

-- name: drop_all_rows
-- Within the flip, which is one transaction anyway.
DELETE FROM import_row WHERE batch_id = $1;

-- name: drop
-- Staged no more.
DELETE FROM import_batch WHERE id = $1;

-- name: find_danger
-- A danger alert still fanning out, of any station: the writer is needed there.
SELECT id FROM message WHERE closed_at IS NULL AND level = 3 AND planned IS NULL AND superseded_at IS NULL LIMIT 1;
