-- name: enter
-- An advisory lock, which is given in the order of asking. The schema's name keeps two instances in one database apart.
SELECT CAST(1 AS BIGINT) AS passed
 WHERE pg_advisory_xact_lock_shared(hashtextextended('message ' || current_schema() || ' ' || CAST(CAST($1 AS BIGINT) AS TEXT), 0)) IS NOT NULL;

-- name: shut
-- The same, exclusive.
SELECT CAST(1 AS BIGINT) AS passed
 WHERE pg_advisory_xact_lock(hashtextextended('message ' || current_schema() || ' ' || CAST(CAST($1 AS BIGINT) AS TEXT), 0)) IS NOT NULL;
