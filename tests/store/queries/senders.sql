-- What tests of leases look at.

-- name: lease
-- Whose it is, and until when.
SELECT node_id, lease_until, tokens, filled_at FROM sender WHERE id = $1;
