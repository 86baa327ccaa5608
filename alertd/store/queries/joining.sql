-- Who is joining: what they wish, and the ways that are still to be proven.

-- name: add
-- A wish, of whom the page's token is all that is known; $4 carries its codes, $5 is who it is, where that is known.
INSERT INTO joining (id, token_hash, station_id, courier_id, subscriber_id, wish, key_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: add_proof
-- One way of it.
INSERT INTO proof (endpoint_id, joining_id, channel, secret_hash, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: by_token
-- The wish behind a page, of station $2, not older than $3.
SELECT id, station_id, subscriber_id, courier_id, wish, key_id, created_at
  FROM joining WHERE token_hash = $1 AND station_id = $2 AND created_at > $3;

-- name: by_id
-- The wish of a way that was proven.
SELECT id, station_id, subscriber_id, courier_id, wish, key_id, created_at FROM joining WHERE id = $1;

-- name: proofs
-- Its ways, as they stand.
SELECT p.endpoint_id, p.joining_id, p.channel, p.secret_hash, p.tries, p.expires_at, p.proven_at, e.address, e.key_id
  FROM proof p JOIN endpoint e ON e.id = p.endpoint_id WHERE p.joining_id = $1 ORDER BY p.endpoint_id;

-- name: by_link
-- The way of a link's secret, of station $2: whoever has it reads that mailbox.
SELECT p.endpoint_id, p.joining_id, p.channel, p.secret_hash, p.tries, p.expires_at, p.proven_at, e.address, e.key_id
  FROM proof p JOIN endpoint e ON e.id = p.endpoint_id JOIN joining j ON j.id = p.joining_id
 WHERE p.secret_hash = $1 AND j.station_id = $2 AND p.channel = 2;

-- name: rung
-- Calls in which the key was pressed, and which do not count yet: a slice.
SELECT p.endpoint_id, p.joining_id, p.channel, p.secret_hash, p.tries, p.expires_at, p.proven_at, e.address, e.key_id
  FROM proof p JOIN endpoint e ON e.id = p.endpoint_id
 WHERE p.channel = 3 AND p.proven_at IS NULL AND e.state = 1 ORDER BY p.endpoint_id LIMIT $1;

-- name: try
-- A code was typed: counted before it is compared, and never more often than $2.
UPDATE proof SET tries = tries + 1 WHERE endpoint_id = $1 AND tries < $2 AND proven_at IS NULL;

-- name: renew
-- A new code takes the place of the old one.
UPDATE proof SET secret_hash = $2, tries = 0, expires_at = $3 WHERE endpoint_id = $1 AND proven_at IS NULL;

-- name: prove
-- Once: whoever posts twice changes nothing.
UPDATE proof SET proven_at = $2 WHERE endpoint_id = $1 AND proven_at IS NULL;

-- name: belong
-- The first way that was proven says whose the others will be.
UPDATE joining SET subscriber_id = $2 WHERE id = $1;

-- name: over
-- Wishes older than $1: a slice, to be forgotten with whatever carried their codes.
SELECT id, courier_id FROM joining WHERE created_at < $1 ORDER BY created_at LIMIT $2;

-- name: forget_proofs
-- With their addresses, which the courier's endpoints hold.
DELETE FROM proof WHERE joining_id = $1;

-- name: forget
-- The wish.
DELETE FROM joining WHERE id = $1;
