-- name: register
-- A sender of the configuration gets its row, and keeps it.
INSERT INTO sender (id, gateway, name, channel) VALUES ($1, $2, $3, $4)
    ON CONFLICT (gateway, name, channel) DO NOTHING;

-- name: all
-- Every sender ever configured.
SELECT id, gateway, name, channel, tokens, filled_at, node_id, lease_until FROM sender ORDER BY id;

-- name: left
-- Senders with something queued that no node names which has said within $1 milliseconds that it is alive.
SELECT s.id FROM sender s
 WHERE EXISTS (SELECT 1 FROM delivery d WHERE d.sender_id = s.id AND d.state = 1)
   AND NOT EXISTS (SELECT 1 FROM node n CROSS JOIN json_each(n.senders) v
                    WHERE n.seen_at >= now_ms() - $1 AND n.seen_at < 253402300799000
                      AND CAST(v.value AS BIGINT) = s.id)
 ORDER BY s.id;

-- name: astray
-- Of these senders ($1) those with something queued in a lane after $2: danger's, of those that are reserved for it.
SELECT s.id FROM sender s JOIN json_each(CAST($1 AS TEXT)) v ON CAST(v.value AS BIGINT) = s.id
 WHERE EXISTS (SELECT 1 FROM delivery d WHERE d.sender_id = s.id AND d.state = 1 AND d.lane > $2)
 ORDER BY s.id;

-- name: take
-- Take the lease that nobody has, or an earlier life of this node: only one node speaks as this sender. Says at what level
-- its bucket was left, and how long ago.
UPDATE sender SET node_id = $2, lease_until = now_ms() + $3
 WHERE id = $1 AND (node_id = $2 OR node_id IS NULL)
RETURNING tokens, now_ms() - filled_at AS since;

-- name: take_over
-- Take the lease of a node that let it run out: what it still said nobody knows. No lease is longer than $4 ms: one that
-- is was given before the store's clock was set back, and its owner may be dead.
UPDATE sender SET node_id = $2, lease_until = now_ms() + $3
 WHERE id = $1 AND node_id <> $2 AND (lease_until < now_ms() OR lease_until > now_ms() + $4);

-- name: hold
-- Renew the lease: it may have run out, as long as nobody has taken it. The bucket's level is kept for whoever comes next.
UPDATE sender SET lease_until = now_ms() + $3, tokens = $4, filled_at = now_ms()
 WHERE id = $1 AND node_id = $2;

-- name: let_go
-- The node parts: another may speak as this sender at once, and goes on from this level ($3).
UPDATE sender SET node_id = NULL, lease_until = 0, tokens = $3, filled_at = now_ms() WHERE id = $1 AND node_id = $2;
