-- What is decided for the whole instance.

-- name: read_setting
-- One row by key: 'sending' is 'on' or 'paused'; no row means the default.
SELECT value FROM setting WHERE key = $1;

-- name: write_setting
-- The last word counts.
INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: preferences
-- The gateways that an administrator prefers, by channel: every key that begins so ($1).
SELECT key, value FROM setting WHERE substr(key, 1, length($1)) = $1;

-- name: drop_setting
-- Back to the default.
DELETE FROM setting WHERE key = $1;
