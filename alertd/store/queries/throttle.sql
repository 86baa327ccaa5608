-- name: fill
-- What has flowed in since the last look; the row stays locked until the transaction ends, so nobody takes twice.
INSERT INTO throttle (bucket, tokens, filled_at) VALUES ($1, $2, $3)
ON CONFLICT (bucket) DO UPDATE SET
  tokens = CASE
    WHEN throttle.tokens + (excluded.filled_at - throttle.filled_at) * CAST($4 AS DOUBLE PRECISION) > excluded.tokens THEN excluded.tokens
    WHEN excluded.filled_at < throttle.filled_at THEN throttle.tokens
    ELSE throttle.tokens + (excluded.filled_at - throttle.filled_at) * CAST($4 AS DOUBLE PRECISION) END,
  filled_at = excluded.filled_at
RETURNING tokens;

-- name: spend
-- One token, after `fill` said that there is one.
UPDATE throttle SET tokens = tokens - 1 WHERE bucket = $1;

-- name: forget
-- A bucket that nobody touched for long is full again: its row says nothing more.
DELETE FROM throttle WHERE filled_at < $1;
