-- name: register
-- A sender of the configuration gets its row, and keeps it.
INSERT INTO sender (id, gateway, name, channel) VALUES ($1, $2, $3, $4)
    ON CONFLICT (gateway, name, channel) DO UPDATE SET retired_at = NULL;

-- name: all
-- Every sender ever configured.
SELECT id, gateway, name, channel, tokens, filled_at, node_id, lease_until, retired_at FROM sender ORDER BY id;

-- name: hold
-- Take or renew the lease: only one node speaks as this sender, and it keeps the bucket's level for whoever comes next.
UPDATE sender SET node_id = $2, lease_until = now_ms() + $3, tokens = $4, filled_at = now_ms()
 WHERE id = $1 AND (node_id = $2 OR node_id IS NULL OR lease_until < now_ms());
