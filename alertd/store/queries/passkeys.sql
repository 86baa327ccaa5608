-- What phones and computers prove by a finger or a face.

-- name: of_operator
-- As the person sees them, the oldest first.
SELECT id, credential_id, name, created_at, used_at FROM passkey WHERE operator_id = $1 ORDER BY id LIMIT 50;

-- name: by_credential
-- Whoever is let in is known by what the browser brings alone.
SELECT p.id, p.operator_id, p.public_key, p.sign_count
  FROM passkey p JOIN operator o ON o.id = p.operator_id
 WHERE p.credential_id = $1 AND o.disabled_at IS NULL;

-- name: add
-- The same device twice is refused by its credential.
INSERT INTO passkey (id, operator_id, credential_id, public_key, sign_count, name, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential_id) DO NOTHING;

-- name: use
-- The counter moves forwards, or stays at nothing where a device does not count; of two at once, one finds nothing.
UPDATE passkey SET sign_count = $2, used_at = $3 WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0));

-- name: remove
-- One of one's own.
DELETE FROM passkey WHERE id = $1 AND operator_id = $2;

-- name: drop_of_operator
-- All of them: whoever owns the machine says so.
DELETE FROM passkey WHERE operator_id = $1;
