-- What tests of inbound SMS look at.

-- name: all
-- As they came.
SELECT * FROM inbound ORDER BY id;
