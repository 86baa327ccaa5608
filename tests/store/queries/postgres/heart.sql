-- name: deadlocks
-- How often the server has had to break a circle in this database.
SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database();
