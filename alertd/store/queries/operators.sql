-- name: add
-- The password's hash may come later, with an invitation.
INSERT INTO operator (id, login, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: find_by_login
-- For the log-in; a disabled operator is found too, so that both cost the same time.
SELECT id, login, name, password_hash, disabled_at FROM operator WHERE login = $1;

-- name: set_password
-- A new hash; whoever calls it ends the sessions opened with the old one.
UPDATE operator SET password_hash = $2 WHERE id = $1;

-- name: disable
-- Rows that name the operator stay readable; null lets the person in again.
UPDATE operator SET disabled_at = $2 WHERE id = $1;

-- name: set_administrator
-- 1: keeps the instance, and is told what is wrong with it; 0: not any more.
UPDATE operator SET administrator = $2 WHERE id = $1;

-- name: set_role
-- One role in each station; the last word counts.
INSERT INTO role (operator_id, station_id, role) VALUES ($1, $2, $3)
ON CONFLICT (operator_id, station_id) DO UPDATE SET role = excluded.role;

-- name: take_role
-- The person keeps the account and the other stations.
DELETE FROM role WHERE operator_id = $1 AND station_id = $2;

-- name: list_roles
-- The stations that an operator may choose from, by name.
SELECT r.station_id, r.role, s.slug, s.name, s.accent
FROM role r JOIN station s ON s.id = r.station_id
WHERE r.operator_id = $1 ORDER BY s.name, s.id LIMIT 500;

-- name: find_role
-- What an operator may do here.
SELECT role FROM role WHERE operator_id = $1 AND station_id = $2;
