-- What an operator proves besides the password.

-- name: of
-- How the account is kept, in numbers.
SELECT o.id, o.login, o.name,
       (SELECT COUNT(*) FROM totp t WHERE t.operator_id = o.id) AS totp,
       (SELECT COUNT(*) FROM passkey p WHERE p.operator_id = o.id) AS passkeys,
       (SELECT COUNT(*) FROM recovery_code r WHERE r.operator_id = o.id AND r.used_at IS NULL) AS recovery
  FROM operator o WHERE o.id = $1 AND o.disabled_at IS NULL;

-- name: totp
-- The secret, sealed, and the last step of which a code was taken.
SELECT secret, key_id, last_step FROM totp WHERE operator_id = $1;

-- name: keep_totp
-- A new app takes the place of the one before; the code that confirmed it is spent.
INSERT INTO totp (operator_id, secret, key_id, last_step, created_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (operator_id) DO UPDATE SET
  secret = excluded.secret, key_id = excluded.key_id, last_step = excluded.last_step, created_at = excluded.created_at;

-- name: spend_totp
-- Forwards only: of two requests with one code, one finds nothing to change.
UPDATE totp SET last_step = $2 WHERE operator_id = $1 AND last_step < $2;

-- name: drop_totp
-- Turned off, or its phone is lost.
DELETE FROM totp WHERE operator_id = $1;

-- name: keep_recovery
-- One of a new sheet of codes.
INSERT INTO recovery_code (operator_id, code_hash) VALUES ($1, $2);

-- name: spend_recovery
-- Once.
UPDATE recovery_code SET used_at = $3 WHERE operator_id = $1 AND code_hash = $2 AND used_at IS NULL;

-- name: drop_recovery
-- An older sheet is worth nothing once there is a new one.
DELETE FROM recovery_code WHERE operator_id = $1;
