-- Ids are made by the application, in blocks, so that the order of making is the order of keys.

-- name: take_block
-- One upsert is atomic on both engines: two writers never get the same block.
INSERT INTO counter (noun, last) VALUES ($1, $2)
ON CONFLICT (noun) DO UPDATE SET last = counter.last + excluded.last
RETURNING last;

-- name: all
-- What was given last of each noun: of a database that a backup replaces.
SELECT noun, last FROM counter ORDER BY noun;

-- name: at_least
-- Go on behind $2, which is known to have been given. The audit's go on without a gap.
INSERT INTO counter (noun, last) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT) WHERE CAST($1 AS TEXT) <> 'audit'
    ON CONFLICT (noun) DO UPDATE SET last = CASE WHEN counter.last < excluded.last THEN excluded.last ELSE counter.last END;

-- name: leap
-- After a restore: ids that were given since the backup are in links and at providers, and are not given again. The audit's
-- go on without a gap: its last one is how a missing row is found out.
UPDATE counter SET last = last + $1 WHERE noun <> 'audit';
