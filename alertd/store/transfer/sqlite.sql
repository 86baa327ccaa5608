-- What a move reads of the SQLite side. Not under queries/: those run on both engines, these on one.

-- name: hold
-- No other program may write meanwhile, whatever its name and wherever its locks; nothing is written here either.
BEGIN IMMEDIATE;

-- name: known
-- A file that has no account of migrations is no instance.
SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version';

-- name: columns
-- The schema's own catalogue: a table added by a later migration is moved without a word about it here. The account of
-- migrations is each database's own.
SELECT s.name AS "table", c.name AS "column", c.pk
  FROM sqlite_schema s CROSS JOIN pragma_table_info(s.name) c
 WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite!_%' ESCAPE '!' AND s.name <> 'schema_version'
 ORDER BY s.name, c.cid;

-- name: identity
-- Whether it is still the same instance: every start of a daemon and nearly every act takes an id.
SELECT noun, last FROM counter
UNION ALL
SELECT checksum, version FROM schema_version
 ORDER BY 1, 2;
