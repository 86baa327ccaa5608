-- What people write to us by SMS: sealed, once each, and read by whoever decides.

-- name: add
-- A provider that brings it again, in the same words or by the same key, changes nothing.
INSERT INTO inbound (id, gateway, provider_ref, received_at, content, key_id) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (gateway, provider_ref) DO NOTHING;

-- name: known
-- Whether an SMS of this key came already.
SELECT id FROM inbound WHERE gateway = $1 AND provider_ref = $2;

-- name: any_open
-- Whether anything is to be heeded: asked without a lock before a slice is taken.
SELECT id FROM inbound WHERE heeded_at IS NULL LIMIT 1;

-- name: take
-- The next slice, oldest first.
SELECT id, gateway, received_at, content, key_id FROM inbound WHERE heeded_at IS NULL ORDER BY id LIMIT $1;

-- name: heed
-- Heeded, in the transaction that acted on it.
UPDATE inbound SET heeded_at = now_ms()
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: purge
-- Heeded and kept for long enough ($1: received before). Ids are in order of time, so the oldest thousand are looked at
-- and no more.
DELETE FROM inbound
 WHERE id IN (SELECT id FROM inbound ORDER BY id LIMIT 1000) AND heeded_at IS NOT NULL AND received_at < $1;
