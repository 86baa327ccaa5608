-- What tests of erasure look for before it.

-- name: sealed
-- The addresses of a person ($1), as they are kept.
SELECT address FROM endpoint WHERE subscriber_id = $1;

-- name: ranges
-- What zones' covers name.
SELECT lo, hi FROM event_range;
