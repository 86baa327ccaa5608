-- What the sandbox gateway was given, for the wall of phones and mailboxes of training stations.

-- name: add
-- One message, as it would have reached its phone: `content` is JSON (text, subject, sender, level).
INSERT INTO sandbox (id, at, gateway, channel, address, content) VALUES ($1, now_ms(), $2, $3, $4, $5);

-- name: latest
-- The newest first, those after the id $1 (0 for all): a page, then what came since. Canaries would hide the rest.
SELECT id, at, gateway, channel, address, content FROM sandbox
 WHERE id > $1 AND address <> 'canari@bac-a-sable.invalid' ORDER BY id DESC LIMIT $2;

-- name: count
-- How many are kept.
SELECT COUNT(*) AS n FROM sandbox;

-- name: purge
-- The newest $1 stay: a wall is looked at, not searched.
DELETE FROM sandbox WHERE id <= (SELECT COALESCE(MAX(id), 0) FROM sandbox) - $1;
