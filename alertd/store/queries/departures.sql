-- Who left what. A restored backup is older than the last of them: they are done again, from a file beside the backups.

-- name: add
-- In the transaction of the leaving.
INSERT INTO departure (id, at, what, subscriber_id, station_id, endpoint_id) VALUES ($1, now_ms(), $2, $3, $4, $5);

-- name: page
-- In their order, behind $1, for the file.
SELECT id, at, what, subscriber_id, station_id, endpoint_id FROM departure WHERE id > $1 ORDER BY id LIMIT $2;

-- name: last
-- The number of the latest; null where nobody ever left.
SELECT max(id) AS id FROM departure;

-- name: forget
-- Older than every backup that is kept.
DELETE FROM departure WHERE at < $1;

-- name: subscriber
-- Whether the person whom an id named at that time ($2) is there: ids made later are somebody else's.
SELECT id FROM subscriber WHERE id = $1 AND created_at <= $2;

-- name: subscriptions
-- The person's subscriptions that were there at that time ($2): all of them, or ($3) one station's.
SELECT station_id FROM subscription
 WHERE subscriber_id = $1 AND since <= $2 AND (CAST($3 AS BIGINT) IS NULL OR station_id = $3)
 ORDER BY station_id;

-- name: operators
-- Whether an operator's own endpoints hang on the person.
SELECT id FROM operator WHERE subscriber_id = $1 LIMIT 1;
