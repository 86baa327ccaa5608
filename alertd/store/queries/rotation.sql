-- A secret takes another's place: rows are read in key order, sealed anew, and written where nobody changed them meanwhile.

-- name: endpoints
-- Endpoints that bear another secret than $2: address, and hash.
SELECT id, CAST(0 AS BIGINT) AS part, subscriber_id, channel, address, address_hash, key_id FROM endpoint
 WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3;

-- name: move_endpoint
-- Nobody has changed it since it was read ($5), and no other row took its new hash meanwhile.
UPDATE endpoint SET address = $2, address_hash = $3, key_id = $4
 WHERE id = $1 AND address = $5
   AND (state >= 2 OR NOT EXISTS (SELECT 1 FROM endpoint o
                                   WHERE o.address_hash = $3 AND o.mode = endpoint.mode AND o.state < 2 AND o.id <> $1));

-- name: messages
-- Service messages whose words are still kept.
SELECT id, CAST(0 AS BIGINT) AS part, body AS content, key_id FROM message WHERE id > $1 AND key_id <> $2 AND body IS NOT NULL ORDER BY id LIMIT $3;

-- name: move_message
-- Unless the words were forgotten meanwhile.
UPDATE message SET body = $2, key_id = $3 WHERE id = $1 AND body = $4;

-- name: receipts
-- What providers brought, as it came.
SELECT id, CAST(0 AS BIGINT) AS part, gateway, raw AS content, key_id FROM receipt WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3;

-- name: move_receipt
-- Raw receipts are never changed: only their seal is.
UPDATE receipt SET raw = $2, key_id = $3 WHERE id = $1 AND raw = $4;

-- name: inbound
-- SMS that came in.
SELECT id, CAST(0 AS BIGINT) AS part, gateway, content, key_id FROM inbound WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3;

-- name: move_inbound
-- As it came, under another seal.
UPDATE inbound SET content = $2, key_id = $3 WHERE id = $1 AND content = $4;

-- name: joinings
-- What people who join wish, until they have proven it.
SELECT id, CAST(0 AS BIGINT) AS part, wish AS content, key_id FROM joining WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3;

-- name: move_joining
-- The wish stays.
UPDATE joining SET wish = $2, key_id = $3 WHERE id = $1 AND wish = $4;

-- name: apps
-- Operators' apps that show codes.
SELECT operator_id AS id, CAST(0 AS BIGINT) AS part, secret AS content, key_id FROM totp WHERE operator_id > $1 AND key_id <> $2 ORDER BY operator_id LIMIT $3;

-- name: move_app
-- Unless the operator has taken another app meanwhile.
UPDATE totp SET secret = $2, key_id = $3 WHERE operator_id = $1 AND secret = $4;

-- name: pupils
-- Children's names.
SELECT id, CAST(0 AS BIGINT) AS part, name AS content, key_id FROM pupil WHERE id > $1 AND key_id <> $2 ORDER BY id LIMIT $3;

-- name: move_pupil
-- The name stays.
UPDATE pupil SET name = $2, key_id = $3 WHERE id = $1 AND name = $4;

-- name: parents
-- Parents' names and numbers, of one person each; both are null where a child has several people of one parent.
SELECT pupil_id AS id, ordinal AS part, name AS content, callback, key_id FROM pupil_parent
 WHERE (pupil_id, ordinal) > ($1, $4) AND key_id <> $2 ORDER BY pupil_id, ordinal LIMIT $3;

-- name: move_parent
-- Both at once: they have one key_id.
UPDATE pupil_parent SET name = $2, key_id = $3, callback = $6
 WHERE pupil_id = $1 AND ordinal = $5 AND coalesce(name, $7) = $4;

-- name: staged
-- Lines of an import that has not been flipped, or was left by one that was killed.
SELECT batch_id AS id, line AS part, content, key_id FROM import_row
 WHERE (batch_id, line) > ($1, $4) AND key_id <> $2 ORDER BY batch_id, line LIMIT $3;

-- name: move_staged
-- The line stays.
UPDATE import_row SET content = $2, key_id = $3 WHERE batch_id = $1 AND line = $5 AND content = $4;

-- name: left
-- How many rows bear another secret than $1, by table: that one is forgotten only when there are none.
SELECT 'endpoint' AS what, count(*) AS n FROM endpoint WHERE key_id <> $1
UNION ALL SELECT 'message' AS what, count(*) AS n FROM message WHERE key_id <> $1
UNION ALL SELECT 'receipt' AS what, count(*) AS n FROM receipt WHERE key_id <> $1
UNION ALL SELECT 'inbound' AS what, count(*) AS n FROM inbound WHERE key_id <> $1
UNION ALL SELECT 'joining' AS what, count(*) AS n FROM joining WHERE key_id <> $1
UNION ALL SELECT 'totp' AS what, count(*) AS n FROM totp WHERE key_id <> $1
UNION ALL SELECT 'pupil' AS what, count(*) AS n FROM pupil WHERE key_id <> $1
UNION ALL SELECT 'pupil_parent' AS what, count(*) AS n FROM pupil_parent WHERE key_id <> $1
UNION ALL SELECT 'import_row' AS what, count(*) AS n FROM import_row WHERE key_id <> $1
UNION ALL SELECT 'ceremony' AS what, count(*) AS n FROM ceremony WHERE key_id <> $1
UNION ALL SELECT 'subscription' AS what, count(*) AS n FROM subscription WHERE key_id <> $1
UNION ALL SELECT 'parted' AS what, count(*) AS n FROM parted WHERE key_id <> $1
UNION ALL SELECT 'heirloom' AS what, count(*) AS n FROM heirloom WHERE key_id <> $1;

-- name: heirlooms
-- All of them: a handful.
SELECT name, content, key_id FROM heirloom ORDER BY name;

-- name: bequeath
-- Once, or again under another seal.
INSERT INTO heirloom (name, content, key_id) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET content = excluded.content, key_id = excluded.key_id;

-- name: begin
-- From now on rows may bear this secret.
INSERT INTO secret (key_id, since) VALUES ($1, now_ms()) ON CONFLICT (key_id) DO NOTHING;

-- name: latest
-- The newest secret that rows may bear, and the one that alone may seal, once the older are about to be forgotten; none before the
-- first rotation.
SELECT key_id, coalesce((SELECT CAST(value AS BIGINT) FROM setting WHERE key = 'secret.alone'), 0) AS alone
  FROM secret ORDER BY key_id DESC LIMIT 1;
