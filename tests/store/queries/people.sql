-- What tests of enrolment look at.

-- name: all_subscribers
-- Everyone.
SELECT * FROM subscriber ORDER BY id;

-- name: all_endpoints
-- With what is sealed.
SELECT * FROM endpoint ORDER BY id;

-- name: all_places
-- Ended ones too.
SELECT * FROM place ORDER BY subscriber_id, ordinal;

-- name: all_subscriptions
-- Of every station.
SELECT * FROM subscription ORDER BY station_id, subscriber_id;

-- name: all_reach
-- Of every station.
SELECT * FROM reach ORDER BY station_id, cell, subscriber_id, ordinal;

-- name: reach_of
-- Of one.
SELECT * FROM reach WHERE station_id = $1 ORDER BY cell, subscriber_id, ordinal;

-- name: all_batches
-- What is staged.
SELECT b.id, r.line FROM import_batch b LEFT JOIN import_row r ON r.batch_id = b.id ORDER BY b.id, r.line;

-- name: all_audit
-- In order.
SELECT * FROM audit ORDER BY id;

-- name: stop_all
-- As if everyone had answered STOP.
UPDATE endpoint SET state = 2, closed_at = $1 WHERE state < 2;

-- name: make_operator
-- An account whose endpoints are this person's.
INSERT INTO operator (id, login, name, subscriber_id, created_at) VALUES (900, 'adjoint', 'Adjoint', $1, $2);

-- name: add_message
-- A message of some level, its fan-out under way.
INSERT INTO message (id, kind, station_id, mode, act, level, lane, deliver_by, created_at)
VALUES (1, 'event', 1, 0, 'alert', $1, 1, 253402300799000, $2);

-- name: prefixes
-- The ranges that a person's endpoints keep.
SELECT channel, prefix FROM endpoint WHERE subscriber_id = $1 ORDER BY channel;
