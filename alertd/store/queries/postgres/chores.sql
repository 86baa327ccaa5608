-- name: lead
-- An advisory lock for the length of the transaction, asked for without waiting: another leads, so there is nothing to do
-- here. Such locks are the whole database's: the schema's name keeps two instances in one apart.
SELECT CAST(1 AS BIGINT) AS leads
 WHERE pg_try_advisory_xact_lock(hashtextextended('chore ' || current_schema() || ' ' || CAST($1 AS TEXT), 0));
