-- What tests of a restored database look at.

-- name: people
-- Who is in it.
SELECT id FROM subscriber WHERE hidden = 0;

-- name: sessions
-- Who is logged in.
SELECT operator_id FROM session;

-- name: counters
-- The last number that was given of each noun.
SELECT noun, last FROM counter;
