-- What a move keeps in the PostgreSQL database while it is under way. Not under queries/: those run on both engines,
-- and the tables here are gone when it ends.

-- name: lock
-- Two moves to one database would each take the other's rows for a stranger's; the session's end lets go.
SELECT pg_advisory_lock($1);

-- name: encoding
-- Texts are UTF-8: any other encoding would refuse some of them.
SHOW server_encoding;

-- name: relations
-- All that somebody put here, whatever the schema; what came with an extension is nobody's data, and a partition is its
-- table's.
SELECT c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
   AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
   AND NOT EXISTS (SELECT FROM pg_depend d
                    WHERE d.classid = CAST('pg_class' AS regclass) AND d.objid = c.oid AND d.deptype = 'e')
 ORDER BY c.relname;

-- name: begin
-- The notes of the move: which instance, how far each table is, and the foreign keys, set aside until all tables are
-- whole: a row may point to one that comes later, of its own table too.
CREATE TABLE transfer (identity TEXT NOT NULL);
CREATE TABLE transfer_cursor (name TEXT PRIMARY KEY, rows BIGINT NOT NULL DEFAULT 0, last TEXT);
CREATE TABLE transfer_reference AS
SELECT CAST(conrelid AS regclass) AS relation, conname AS name, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace);
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM transfer_reference LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.relation, r.name);
  END LOOP;
END $$;

-- name: begin_table
-- Each table starts before its first key.
INSERT INTO transfer_cursor (name) VALUES ($1);

-- name: remember_identity
-- An interrupted move goes on from this instance only, as it was.
INSERT INTO transfer (identity) VALUES ($1);

-- name: label
-- A daemon that is started on half an instance must not run: it compares this row with what it knows, and says `name`.
UPDATE schema_version SET name = $2, checksum = $3 WHERE version = $1;

-- name: remembered
-- Which instance was being moved here.
SELECT identity FROM transfer;

-- name: cursors
-- How far each table is. The key is JSON; null before the first.
SELECT name, rows, last FROM transfer_cursor;

-- name: advance
-- In the same transaction as the slice: both are there, or neither.
UPDATE transfer_cursor SET rows = rows + $2, last = $3 WHERE name = $1;

-- name: finish
-- Foreign keys again, which looks at every row, and statistics, without which the first queries would walk whole tables.
DO $$
DECLARE r record;
BEGIN
  FOR r IN SELECT * FROM transfer_reference LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', r.relation, r.name, r.definition);
  END LOOP;
END $$;
DROP TABLE transfer, transfer_cursor, transfer_reference;
ANALYZE;
