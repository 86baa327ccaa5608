-- name: open
-- Written before the wire is touched: whatever happens then, this try ($3) is remembered.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at)
SELECT $1, CAST(value AS BIGINT), $3, $4, $5, $6 FROM json_each(CAST($2 AS TEXT));

-- name: close
-- Closed once; an unknown may still be closed by a later word. $3: {"endpoint_id": "the provider's reference"}. Says
-- which it closed: only their deliveries move. An upsert of rows that are there, since SQLite would walk all attempts of
-- the message, and the list for each, if the list were an UPDATE's second table.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at, provider_ref)
SELECT a.message_id, a.endpoint_id, a.ordinal, a.sender_id, a.node_id, a.started_at, nullif(r.value, '')
  FROM json_each(CAST($3 AS TEXT)) r CROSS JOIN attempt a
 WHERE a.message_id = $1 AND a.endpoint_id = CAST(r.key AS BIGINT) AND a.ordinal = $2
   AND (a.closed_at IS NULL OR a.outcome = 'unknown')
    ON CONFLICT (message_id, endpoint_id, ordinal)
    DO UPDATE SET closed_at = (SELECT now_ms()), outcome = $4, code = $5, provider_ref = excluded.provider_ref
RETURNING endpoint_id;

-- name: settle
-- The same for last words, which move their deliveries whatever was closed: nothing need be told. What an upsert gives and
-- does not change is not read: an UPDATE FROM copies the rows whole to a table of its own first.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at, provider_ref)
SELECT a.message_id, a.endpoint_id, a.ordinal, 0, 0, 0, nullif(r.value, '')
  FROM json_each(CAST($3 AS TEXT)) r CROSS JOIN attempt a
 WHERE a.message_id = $1 AND a.endpoint_id = CAST(r.key AS BIGINT) AND a.ordinal = $2
   AND (a.closed_at IS NULL OR a.outcome = 'unknown')
    ON CONFLICT (message_id, endpoint_id, ordinal)
    DO UPDATE SET closed_at = (SELECT now_ms()), outcome = $4, code = $5, provider_ref = excluded.provider_ref;

-- name: ours
-- Which attempts at these endpoints may still be made, and for how long: none that another node has closed because this
-- one was silent for a lease, nor any of a message that was superseded, or whose time has passed, since it was claimed.
SELECT a.endpoint_id, a.ordinal, m.deliver_by - now_ms() AS left_ms
  FROM message m JOIN attempt a ON a.message_id = m.id
 WHERE m.id = $1 AND m.superseded_at IS NULL AND m.deliver_by > now_ms()
   AND a.endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND a.closed_at IS NULL;

-- name: unknowns
-- How often each of these deliveries has met silence: danger is sent again once, not for ever.
SELECT endpoint_id, count(*) AS n FROM attempt
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND outcome = 'unknown'
 GROUP BY endpoint_id;

-- name: lose
-- The node died between the wire and the answer: nobody can tell.
UPDATE attempt SET closed_at = now_ms(), outcome = 'unknown', code = 'node_lost'
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND closed_at IS NULL;

-- name: give_back
-- Claimed, and never spoken: the connection to the store broke before the wire was touched.
UPDATE attempt SET closed_at = now_ms(), outcome = 'retry', code = 'not_sent'
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND closed_at IS NULL;

-- name: marks
-- When the first of a message left that was handed over, half of them ($2, or as many as there are), and the last. When it
-- was spoken, not when its answer was read: an unknown may be settled by a receipt hours later.
SELECT min(at) AS first_at, min(CASE WHEN 2 * place >= coalesce(CAST($2 AS BIGINT), n) THEN at END) AS half_at, max(at) AS last_at
  FROM (SELECT started_at AS at, row_number() OVER (ORDER BY started_at) AS place, count(*) OVER () AS n
          FROM attempt WHERE message_id = $1 AND outcome IN ('accepted', 'delivered', 'seen')) handed;

-- name: told
-- Whether anybody was told of an alert, or may have been: one try is enough.
SELECT CAST(1 AS BIGINT) AS told FROM message m WHERE m.alert_id = $1 AND EXISTS (SELECT 1 FROM attempt a WHERE a.message_id = m.id) LIMIT 1;
