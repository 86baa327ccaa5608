-- API keys: only the hash of the token is kept.

-- name: add
-- The token itself was shown once and is nowhere.
INSERT INTO api_key (id, station_id, name, token_hash, scope, subscribers, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: find_by_hash
-- A revoked key, or one of a suspended station, is no key.
SELECT k.id, k.station_id, k.scope, k.subscribers
FROM api_key k JOIN station s ON s.id = k.station_id
WHERE k.token_hash = $1 AND k.revoked_at IS NULL AND s.suspended_at IS NULL;

-- name: list_of_station
-- Revoked ones too: the audit speaks of them.
SELECT id, station_id, name, scope, subscribers, created_at, revoked_at FROM api_key WHERE station_id = $1 ORDER BY id;

-- name: revoke
-- At once and for good; revoking twice keeps the first date.
UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING station_id;
