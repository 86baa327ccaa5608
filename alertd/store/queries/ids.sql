-- Ids are made by the application, in blocks, so that the order of making is the order of keys.

-- name: take_block
-- One upsert is atomic on both engines: two writers never get the same block.
INSERT INTO counter (noun, last) VALUES ($1, $2)
ON CONFLICT (noun) DO UPDATE SET last = counter.last + excluded.last
RETURNING last;

-- name: leap
-- After a restore: ids that were given since the backup are in links and at providers, and are not given again. The audit's
-- go on without a gap: its last one is how a missing row is found out.
UPDATE counter SET last = last + $1 WHERE noun <> 'audit';
