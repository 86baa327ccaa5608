-- Sessions live in the store, so that a log-out, and a revocation, ends every copy of a cookie.

-- name: open
-- Only the token's hash: whoever reads the file cannot become an operator.
INSERT INTO session (token_hash, operator_id, station_id, csrf, created_at, seen_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $5, $6);

-- name: find
-- With its operator, and the role held at this moment in the station chosen: a role taken away counts at once.
SELECT s.operator_id, s.station_id, s.csrf, s.seen_at, s.expires_at, o.login, o.name, r.role
FROM session s
JOIN operator o ON o.id = s.operator_id
LEFT JOIN role r ON r.operator_id = s.operator_id AND r.station_id = s.station_id
WHERE s.token_hash = $1 AND s.seen_at > $2 AND s.expires_at > $3 AND o.disabled_at IS NULL;

-- name: touch
-- Seen again; never backwards.
UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2;

-- name: choose_station
-- Only a station in which the operator has a role.
UPDATE session SET station_id = $2
WHERE token_hash = $1
  AND EXISTS (SELECT 1 FROM role r WHERE r.operator_id = session.operator_id AND r.station_id = $2);

-- name: close
-- A log-out.
DELETE FROM session WHERE token_hash = $1;

-- name: close_of_operator
-- Everywhere at once: a new password, a lost phone, someone who left.
DELETE FROM session WHERE operator_id = $1;

-- name: forget
-- Those that answer no more.
DELETE FROM session WHERE seen_at <= $1 OR expires_at <= $2;
