-- Receipts that providers bring later: kept raw and sealed first, applied by rank after.

-- name: add
-- What a provider brought, before anything is made of it. Due at once (0), or later ($6).
INSERT INTO receipt (id, gateway, received_at, raw, key_id, due_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: any_open
-- Whether anything is to be applied: asked without a lock before a slice is taken.
SELECT id FROM receipt WHERE applied_at IS NULL AND due_at <= (SELECT now_ms()) LIMIT 1;

-- name: count_open
-- How many are to be applied, counted up to $1.
SELECT count(*) AS n FROM (SELECT id FROM receipt WHERE applied_at IS NULL LIMIT $1) open;

-- name: take
-- The next slice to apply, oldest first; what waits for a name to be known comes after what has just come.
SELECT id, gateway, received_at, raw, key_id, now_ms() - received_at AS age_ms FROM receipt
 WHERE applied_at IS NULL AND due_at <= (SELECT now_ms()) ORDER BY due_at, id LIMIT $1;

-- name: wait
-- Nobody knows its names yet: to be looked at again in $2 milliseconds.
UPDATE receipt SET due_at = now_ms() + $2 WHERE id = $1;

-- name: newest
-- Up to where receipts have come.
SELECT coalesce(max(id), 0) AS id FROM receipt;

-- name: since
-- What a gateway's provider has brought since ($2), for whoever waits for one word.
SELECT id, gateway, raw, key_id FROM receipt WHERE id > $2 AND gateway = $1 ORDER BY id LIMIT $3;

-- name: settle
-- Applied, in the transaction that applied it.
UPDATE receipt SET applied_at = now_ms()
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: purge
-- Applied and kept for long enough ($1: received before). Ids are in order of time, so the oldest thousand are looked at
-- and no more.
DELETE FROM receipt
 WHERE id IN (SELECT id FROM receipt ORDER BY id LIMIT 1000) AND applied_at IS NOT NULL AND received_at < $1;

-- name: messages
-- Which of these messages there are, and whether anything of them waits for a silence: foreign references decode to ids of
-- nothing.
SELECT id, silence, request FROM message WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: close_attempts
-- The last try by this gateway ($3), unless its answer was read. $2: {"endpoint_id": "the provider's reference"}.
UPDATE attempt SET closed_at = now_ms(), outcome = $4, code = $5, provider_ref = coalesce(nullif(r.value, ''), attempt.provider_ref)
  FROM json_each(CAST($2 AS TEXT)) r
 WHERE attempt.message_id = $1 AND attempt.endpoint_id = CAST(r.key AS BIGINT)
   AND attempt.ordinal = (SELECT max(l.ordinal) FROM attempt l JOIN sender s ON s.id = l.sender_id
                           WHERE l.message_id = $1 AND l.endpoint_id = attempt.endpoint_id AND s.gateway = $3)
   AND (attempt.closed_at IS NULL OR attempt.outcome = 'unknown');

-- name: standing
-- Where deliveries of a message stand, of those that this gateway ($3) was handed: it has no word on another's.
SELECT d.endpoint_id, d.channel, d.state FROM delivery d
 WHERE d.message_id = $1 AND d.endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND EXISTS (SELECT 1 FROM attempt a JOIN sender s ON s.id = a.sender_id
                WHERE a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND s.gateway = $3)
 ORDER BY d.endpoint_id;

-- name: unknowns
-- Deliveries ($1, $2 and after, in order of keys) whose answer was lost between $3 and $4 milliseconds ago, by this node
-- ($5) or by one that has been silent for $6. Only open and recent messages are walked (however many
-- codes and answers went out since the last alert), and of them those whose books have an unknown.
SELECT d.message_id, d.endpoint_id, d.tries, s.gateway
  FROM (SELECT id FROM message WHERE closed_at IS NULL
        UNION
        SELECT id FROM (SELECT id FROM message ORDER BY id DESC LIMIT 200) newest
        UNION
        SELECT id FROM (SELECT id FROM message WHERE kind = 'event' ORDER BY id DESC LIMIT 200) events) m
  JOIN delivery d ON d.message_id = m.id
  JOIN attempt a ON a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND a.ordinal = d.tries
  JOIN sender s ON s.id = a.sender_id
 WHERE m.id >= $1 AND d.state = 3 AND (d.message_id > $1 OR d.endpoint_id > $2)
   AND coalesce((SELECT sum(t.n) FROM tally t WHERE t.message_id = m.id AND t.state = 3), 0) > 0
   AND a.closed_at > now_ms() - $3 AND a.closed_at <= now_ms() - $4
   AND (a.node_id = $5 OR NOT EXISTS (SELECT 1 FROM node n WHERE n.id = a.node_id AND n.seen_at >= now_ms() - $6))
 ORDER BY d.message_id, d.endpoint_id
 LIMIT $7;

-- name: unreported
-- As `unknowns`, of what the gateways $8 (JSON) accepted and have reported nothing of: they tell only when they are asked.
SELECT d.message_id, d.endpoint_id, d.tries, s.gateway
  FROM (SELECT id FROM message WHERE closed_at IS NULL
        UNION
        SELECT id FROM (SELECT id FROM message ORDER BY id DESC LIMIT 200) newest
        UNION
        SELECT id FROM (SELECT id FROM message WHERE kind = 'event' ORDER BY id DESC LIMIT 200) events) m
  JOIN delivery d ON d.message_id = m.id
  JOIN attempt a ON a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND a.ordinal = d.tries
  JOIN sender s ON s.id = a.sender_id
 WHERE m.id >= $1 AND d.state = 4 AND (d.message_id > $1 OR d.endpoint_id > $2)
   AND coalesce((SELECT sum(t.n) FROM tally t WHERE t.message_id = m.id AND t.state = 4), 0) > 0
   AND a.closed_at > now_ms() - $3 AND a.closed_at <= now_ms() - $4
   AND (a.node_id = $5 OR NOT EXISTS (SELECT 1 FROM node n WHERE n.id = a.node_id AND n.seen_at >= now_ms() - $6))
   AND s.gateway IN (SELECT CAST(value AS TEXT) FROM json_each(CAST($8 AS TEXT)))
 ORDER BY d.message_id, d.endpoint_id
 LIMIT $7;
