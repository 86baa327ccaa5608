-- What tests of receipts look at.

-- name: kept
-- How many raw receipts there are.
SELECT count(*) AS n FROM receipt;

-- name: newest
-- As they came.
SELECT * FROM receipt ORDER BY id;
