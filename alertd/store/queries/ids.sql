-- Ids are made by the application, in blocks, so that the order of making is the order of keys.

-- name: take_block
-- One upsert is atomic on both engines: two writers never get the same block.
INSERT INTO counter (noun, last) VALUES ($1, $2)
ON CONFLICT (noun) DO UPDATE SET last = counter.last + excluded.last
RETURNING last;
