-- name: open
-- Written before the wire is touched: whatever happens then, this try is remembered.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at)
SELECT d.message_id, d.endpoint_id, d.tries, $3, d.node_id, now_ms()
  FROM delivery d
 WHERE d.message_id = $1 AND d.endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)));

-- name: close
-- Closed once; an unknown may still be closed by a later word. $3: {"endpoint_id": "the provider's reference"}. Says
-- which it closed: only their deliveries move. Written so that SQLite goes by key: given the list as a second table, it
-- walks all attempts of the message, and the list again for each.
UPDATE attempt SET closed_at = now_ms(), outcome = $4, code = $5,
       provider_ref = nullif(json_extract(CAST($3 AS TEXT), '$."' || endpoint_id || '"'), '')
 WHERE message_id = $1 AND ordinal = $2
   AND endpoint_id IN (SELECT CAST(key AS BIGINT) FROM json_each(CAST($3 AS TEXT)))
   AND (closed_at IS NULL OR outcome = 'unknown')
RETURNING endpoint_id;

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
