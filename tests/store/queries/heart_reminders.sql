-- What tests of reminders look at and arrange.

-- name: people
-- When each was reminded.
SELECT id, reminded_at FROM subscriber ORDER BY id;

-- name: forget
-- As if nobody had ever gone through a station's people.
DELETE FROM reminder;
