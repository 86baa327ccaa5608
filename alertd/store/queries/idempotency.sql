-- Answers that were given, kept a day so that a program that heard nothing may ask again without doing again.

-- name: claim
-- The first to come does the work; a row of yesterday, or of the same request abandoned by a dead process, is taken over.
INSERT INTO idempotency (api_key_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (api_key_id, key) DO UPDATE
SET request_hash = excluded.request_hash, status = NULL, body = NULL, created_at = excluded.created_at
WHERE idempotency.created_at <= $5
   OR (idempotency.status IS NULL
       AND idempotency.request_hash = excluded.request_hash
       AND idempotency.created_at <= $6)
RETURNING created_at;

-- name: find
-- What is known of a key that another request claimed.
SELECT request_hash, status, body FROM idempotency WHERE api_key_id = $1 AND key = $2;

-- name: keep_answer
-- From now on this is the answer; a claim that was taken over meanwhile keeps its own.
UPDATE idempotency SET status = $4, body = $5
WHERE api_key_id = $1 AND key = $2 AND created_at = $3 AND status IS NULL;

-- name: let_go
-- It failed before answering: the same request may come again at once.
DELETE FROM idempotency WHERE api_key_id = $1 AND key = $2 AND created_at = $3 AND status IS NULL;

-- name: forget_old
-- Yesterday's answers of the same key, a few at each claim, so that no clean-up is ever long.
DELETE FROM idempotency
WHERE api_key_id = $1
  AND key IN (SELECT key FROM idempotency WHERE api_key_id = $1 AND created_at <= $2 LIMIT 50);
