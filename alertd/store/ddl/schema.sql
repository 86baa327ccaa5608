-- The account of migrations, the same on both engines: it must be read before any migration has run.

-- name: create
-- The first opening finds nothing, not even this.
CREATE TABLE IF NOT EXISTS schema_version (
  version     BIGINT PRIMARY KEY,
  name        TEXT NOT NULL,
  checksum    TEXT NOT NULL,
  applied_at  BIGINT NOT NULL
);

-- name: applied
-- What this database has been through, to be compared with what the program knows.
SELECT version, name, checksum FROM schema_version ORDER BY version;

-- name: record
-- In the same transaction as the migration itself: both are there, or neither.
INSERT INTO schema_version (version, name, checksum, applied_at) VALUES ($1, $2, $3, now_ms());
