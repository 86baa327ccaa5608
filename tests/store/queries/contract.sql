-- What the tests of the seam say to a database.

-- name: put
-- A row whose key is taken is refused.
INSERT INTO setting (key, value) VALUES ($1, $2);

-- name: put_and_return
-- A statement that both writes and answers.
INSERT INTO setting (key, value) VALUES ($1, $2) RETURNING key, value;

-- name: all
-- Every row, in an order.
SELECT key, value FROM setting ORDER BY key;

-- name: change
-- A number of rows that is known.
UPDATE setting SET value = $1 WHERE key >= $2;

-- name: change_with
-- The same behind a WITH, where a cursor does not count.
WITH chosen AS (SELECT key FROM setting WHERE key >= $2)
UPDATE setting SET value = $1 WHERE key IN (SELECT key FROM chosen);

-- name: swapped
-- Parameters that appear in another order than their numbers'.
SELECT CAST($2 AS TEXT) AS second, CAST($1 AS TEXT) AS first;

-- name: count
-- One more for a noun.
INSERT INTO counter (noun, last) VALUES ($1, 1) ON CONFLICT (noun) DO UPDATE SET last = counter.last + 1
RETURNING last;

-- name: last
-- How many there are of a noun.
SELECT last FROM counter WHERE noun = $1;

-- name: add_node
-- Integers of 64 bits as they are.
INSERT INTO node (id, name, boot, seen_at) VALUES ($1, $2, $3, $4);

-- name: nodes
-- And back.
SELECT id, name, boot, seen_at FROM node ORDER BY id;

-- name: add_receipt
-- Bytes and nothing.
INSERT INTO receipt (id, gateway, received_at, raw, key_id, applied_at) VALUES ($1, 'g', 0, $2, 1, $3);

-- name: receipts
-- And back.
SELECT id, raw, applied_at FROM receipt ORDER BY id;

-- name: add_role
-- Rows that must exist first.
INSERT INTO role (operator_id, station_id, role) VALUES ($1, $2, 0);

-- name: now
-- The time that SQL sees.
SELECT now_ms() AS now;

-- name: listed
-- A list passed as JSON text.
SELECT CAST(key AS BIGINT) AS position, CAST(value AS BIGINT) AS number FROM json_each(CAST($1 AS TEXT))
ORDER BY CAST(key AS BIGINT);

-- name: mapped
-- An object passed as JSON text.
SELECT CAST(key AS TEXT) AS word, CAST(value AS BIGINT) AS number FROM json_each(CAST($1 AS TEXT))
ORDER BY CAST(key AS TEXT);

-- name: texts
-- A list of texts passed as JSON text.
SELECT CAST(value AS TEXT) AS word FROM json_each(CAST($1 AS TEXT)) ORDER BY CAST(key AS BIGINT);

-- name: wrong
-- A statement with a mistake in it.
SELECT absent FROM nowhere;

-- name: rewrite_history
-- As if a migration had been another when this database went through it.
UPDATE schema_version SET checksum = 'another';

-- name: change_one
-- A row lock on PostgreSQL.
UPDATE setting SET value = $2 WHERE key = $1;
