-- Deliveries whose answer was lost, and that nobody settled in time.

-- name: messages
-- What decides about the unknowns of these messages, the most urgent first.
SELECT m.id, m.station_id, m.level, m.mode, m.silence, m.planned, m.superseded_at, e.content
  FROM message m JOIN event e ON e.id = m.event_id
 WHERE m.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
 ORDER BY m.lane, m.id;

-- name: standing
-- What else these people ($2) have of a message.
SELECT d.endpoint_id, d.channel, d.state
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN delivery d
 WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255;

-- name: ways
-- By which channels these people can be reached: the first active endpoint of each, and of each kind of address.
SELECT e.subscriber_id, e.channel, e.kind, min(e.id) AS endpoint_id
  FROM json_each(CAST($1 AS TEXT)) s CROSS JOIN endpoint e
 WHERE e.subscriber_id = CAST(s.value AS BIGINT) AND e.state = 1
 GROUP BY e.subscriber_id, e.channel, e.kind;

-- name: send_elsewhere
-- The same words, by another channel ($3) and its sender ($4): $2 is {"the unknown's endpoint": the other endpoint}.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at)
SELECT d.message_id, CAST(r.value AS BIGINT), $3, $4, d.lane, d.ring, 1, d.wording, $5
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN delivery d
 WHERE d.message_id = $1 AND d.endpoint_id = CAST(r.key AS BIGINT)
    ON CONFLICT DO NOTHING;

-- name: enlarge
-- The plan follows what was added after fan-out ended.
UPDATE message SET planned = planned + $2 WHERE id = $1;
