-- name: append
-- The audit is only ever added to: no statement changes or removes a row.
INSERT INTO audit (id, at, station_id, actor, action, object, detail) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: gateways
-- The latest decisions about gateways, newest first: by nodes, and by administrators. They are the instance's, so no
-- station's row is looked at.
SELECT at, actor, action, object, detail FROM audit
 WHERE station_id IS NULL AND action LIKE 'gateway.%' ORDER BY id DESC LIMIT $1;

-- name: last_switch
-- Who paused all sending, or resumed it, last.
SELECT at, actor, detail FROM audit
 WHERE station_id IS NULL AND action IN ('sending.pause', 'sending.resume') ORDER BY id DESC LIMIT 1;
