-- What a log-in waits for between two requests. A hash stands for the token; what it holds is sealed.

-- name: begin
-- Of nobody yet where the operator is known only at its end (a passkey).
INSERT INTO ceremony (token_hash, kind, operator_id, body, key_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: look
-- Without using it up: a wrong code may be mended, a link is shown before its button is pressed.
SELECT c.operator_id, c.body, c.key_id
  FROM ceremony c LEFT JOIN operator o ON o.id = c.operator_id
 WHERE c.token_hash = $1 AND c.kind = $2 AND c.expires_at > $3 AND o.disabled_at IS NULL;

-- name: take
-- Once: whoever comes second finds nothing.
DELETE FROM ceremony WHERE token_hash = $1 AND kind = $2 AND expires_at > $3;

-- name: drop_of_operator
-- What was begun before the account changed leads nowhere any more.
DELETE FROM ceremony WHERE operator_id = $1;

-- name: forget
-- Those that answer no more.
DELETE FROM ceremony WHERE expires_at <= $1;
