-- What is decided for the whole instance.

-- name: read_setting
-- One row by key: 'sending' is 'on' or 'paused'; no row means the default.
SELECT value FROM setting WHERE key = $1;

-- name: write_setting
-- The last word counts.
INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;
