-- What tests of operators look at.

-- name: find_by_id
-- The password as it is kept.
SELECT id, login, name, password_hash, disabled_at FROM operator WHERE id = $1;
