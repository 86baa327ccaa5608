-- Sessions live in the store, so that a log-out, and a revocation, ends every copy of a cookie.

-- name: open
-- Only the token's hash: whoever reads the file cannot become an operator.
INSERT INTO session (token_hash, operator_id, station_id, csrf, created_at, seen_at, expires_at, device, network, proofs, proven_at, lasting)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $5, $10);

-- name: find
-- With its operator, and the role held at this moment in the station chosen: a role taken away counts at once.
-- `secured`: a password alone does not open this account.
SELECT s.operator_id, s.station_id, s.csrf, s.seen_at, s.expires_at, s.proven_at, o.login, o.name, r.role,
  (SELECT COUNT(*) FROM totp t WHERE t.operator_id = o.id)
    + (SELECT COUNT(*) FROM passkey p WHERE p.operator_id = o.id) AS secured
FROM session s
JOIN operator o ON o.id = s.operator_id
LEFT JOIN role r ON r.operator_id = s.operator_id AND r.station_id = s.station_id
WHERE s.token_hash = $1 AND (s.seen_at > $2 OR s.lasting = 1) AND s.expires_at > $3 AND o.disabled_at IS NULL;

-- name: touch
-- Seen again; never backwards.
UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2;

-- name: choose_station
-- Only a station in which the operator has a role.
UPDATE session SET station_id = $2
WHERE token_hash = $1
  AND EXISTS (SELECT 1 FROM role r WHERE r.operator_id = session.operator_id AND r.station_id = $2);

-- name: prove
-- The person showed anew all that the account asks for: from now on under a new token, and the old one is dead. It lasts anew where
-- that was more than a password ($4, until $5).
UPDATE session SET token_hash = $2, proven_at = $3, seen_at = $3,
       lasting = CASE WHEN CAST($4 AS BIGINT) = 1 THEN 1 ELSE lasting END,
       expires_at = CASE WHEN CAST($4 AS BIGINT) = 1 THEN $5 ELSE expires_at END
 WHERE token_hash = $1;

-- name: end_all
-- After a restore: one that was ended since the backup must not be back. Everybody logs in anew.
DELETE FROM session;

-- name: of_operator
-- What a person sees of where they are logged in, the latest first.
SELECT token_hash, created_at, seen_at, device, network, proofs
FROM session WHERE operator_id = $1 AND (seen_at > $2 OR lasting = 1) AND expires_at > $3
ORDER BY seen_at DESC, created_at DESC LIMIT 50;

-- name: revoke
-- One of one's own, from another.
DELETE FROM session WHERE operator_id = $1 AND token_hash = $2;

-- name: close
-- A log-out.
DELETE FROM session WHERE token_hash = $1;

-- name: close_of_operator
-- Everywhere at once: a new password, a lost phone, someone who left.
DELETE FROM session WHERE operator_id = $1;

-- name: forget
-- Those that answer no more.
DELETE FROM session WHERE (seen_at <= $1 AND lasting = 0) OR expires_at <= $2;
