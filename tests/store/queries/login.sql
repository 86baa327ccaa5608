-- What tests of the door look at.

-- name: audit
-- What was done at the door and to accounts, in order.
SELECT action, actor, object, detail, station_id FROM audit WHERE action LIKE 'login.%' OR action LIKE 'operator.%' ORDER BY id;

-- name: kept
-- All that is kept of codes, to see that none can be read there.
SELECT secret AS kept FROM totp UNION ALL SELECT code_hash FROM recovery_code UNION ALL SELECT body FROM ceremony;

-- name: all
-- Every deed on record.
SELECT action FROM audit ORDER BY id;

-- name: countdowns
-- What is about to leave.
SELECT id FROM countdown;
