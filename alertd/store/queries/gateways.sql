-- What each node sees of each gateway.

-- name: forget
-- What an earlier life of this node said.
DELETE FROM gateway_health WHERE node_id = $1;

-- name: tell
-- What this node sees now.
INSERT INTO gateway_health (node_id, gateway, working, since, reason, failures, speaks, hosts, dangers, credit, credit_unit, told_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now_ms())
    ON CONFLICT (node_id, gateway) DO UPDATE
   SET working = excluded.working, since = excluded.since, reason = excluded.reason, failures = excluded.failures,
       speaks = excluded.speaks, hosts = excluded.hosts,
       dangers = excluded.dangers, credit = excluded.credit, credit_unit = excluded.credit_unit, told_at = excluded.told_at;

-- name: seen
-- What the nodes see that have said within $1 milliseconds that they are alive.
SELECT n.name AS node, h.gateway, h.working, h.since, h.reason, h.failures, h.speaks, h.hosts, h.dangers,
       h.credit, h.credit_unit
  FROM gateway_health h JOIN node n ON n.id = h.node_id
 WHERE n.seen_at >= now_ms() - $1 AND n.seen_at < 253402300799000
 ORDER BY n.name, h.gateway;
