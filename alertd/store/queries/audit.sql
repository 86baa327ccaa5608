-- name: append
-- The audit is only ever added to: no statement changes or removes a row. Each holds to the one before it, which is
-- there: whoever took the id before this one committed, or never was, before `ids.take_block` let this one have its own.
INSERT INTO audit (id, at, station_id, actor, action, object, detail, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7,
        audit_hash(COALESCE((SELECT hash FROM audit WHERE id < $1 ORDER BY id DESC LIMIT 1), ''), $1, $2, $3, $4, $5, $6, $7));

-- name: page
-- In the order of writing, behind $1: the whole instance's, or ($2) one station's.
SELECT id, at, station_id, actor, action, object, detail, hash FROM audit
 WHERE id > $1 AND (CAST($2 AS BIGINT) IS NULL OR station_id = $2) ORDER BY id LIMIT $3;

-- name: latest
-- Newest first: the whole instance's, or ($1) one station's; whose action begins with $2.
SELECT id, at, station_id, actor, action, object, detail, hash FROM audit
 WHERE (CAST($1 AS BIGINT) IS NULL OR station_id = $1) AND substr(action, 1, length($2)) = $2 ORDER BY id DESC LIMIT $3;

-- name: given
-- The last id that the audit gave: who removed its last rows left this behind.
SELECT last FROM counter WHERE noun = 'audit';

-- name: gateways
-- The latest decisions about gateways, newest first: by nodes, and by administrators. They are the instance's, so no
-- station's row is looked at. $2: the gateways of which the reader is told, as they are called here; null: of all. What is said
-- of a channel names none.
SELECT at, actor, action, object, detail FROM audit
 WHERE station_id IS NULL AND action LIKE 'gateway.%'
   AND (CAST($2 AS TEXT) IS NULL OR object LIKE 'channel:%' OR object IN (SELECT value FROM json_each(CAST($2 AS TEXT))))
 ORDER BY id DESC LIMIT $1;

-- name: last_switch
-- Who paused all sending, or resumed it, last.
SELECT at, actor, detail FROM audit
 WHERE station_id IS NULL AND action IN ('sending.pause', 'sending.resume') ORDER BY id DESC LIMIT 1;

-- name: of_station
-- One station's, behind $2, in the order of writing: what it takes along.
SELECT id, at, actor, action, object, detail, hash FROM audit WHERE station_id = $1 AND id > $2 ORDER BY id LIMIT $3;
