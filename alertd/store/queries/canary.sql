-- Canaries: test alerts of a hidden station to reserved addresses, which show that an alert would arrive.

-- name: station
-- The hidden station of a mode ($1), once an address was reserved.
SELECT id FROM station WHERE kind = 'canary' AND mode = $1;

-- name: ways
-- The reserved addresses, those that stopped or died too, with the list that each is on (one for each channel), when the last
-- flight to each began, and the verdict of the last of which there is one. From the stations' own words, or every list of
-- every station would be walked.
SELECT e.id, e.channel, e.mode, e.state, e.address_hash, e.created_at, g.id AS group_id, g.station_id,
       (SELECT max(c.fire_at) FROM canary c WHERE c.endpoint_id = e.id) AS fired_at,
       (SELECT c.flown_at FROM canary c WHERE c.endpoint_id = e.id ORDER BY c.fire_at DESC LIMIT 1) AS flown_at,
       (SELECT c.verdict FROM canary c WHERE c.endpoint_id = e.id AND c.verdict IS NOT NULL ORDER BY c.fire_at DESC LIMIT 1) AS verdict
  FROM station st CROSS JOIN "group" g CROSS JOIN group_member m CROSS JOIN endpoint e
 WHERE st.slug IN ('~canary-live', '~canary-training') AND g.station_id = st.id AND m.group_id = g.id AND e.subscriber_id = m.subscriber_id
 ORDER BY e.mode, e.channel, e.id LIMIT 50;

-- name: fly
-- What flies to the list's addresses ($1); of two nodes that let it, the second meets a key that is taken.
INSERT INTO canary (endpoint_id, fire_at, channel, mode, message_id, flown_at)
SELECT e.id, $2, e.channel, e.mode, $3, now_ms()
  FROM group_member m JOIN endpoint e ON e.subscriber_id = m.subscriber_id
 WHERE m.group_id = $1 AND e.state = 1;

-- name: mark
-- No alert's message: neither figures nor books of alerts, nor anything public, know it.
UPDATE message SET kind = 'canary' WHERE id = $1;

-- name: end
-- Nobody reads it as under way, and nobody is asked whether it goes on.
UPDATE alert SET state = 'ended', closed_at = now_ms() WHERE id = $1;

-- name: flights
-- Those that fly, and those of the last $1 milliseconds, of which a later word may come: how each stands, and when a provider had it.
SELECT c.endpoint_id, c.fire_at, c.flown_at, c.handed_at, c.state, c.verdict, d.state AS now_state, now_ms() AS now,
       (SELECT min(a.closed_at) FROM attempt a WHERE a.message_id = c.message_id AND a.endpoint_id = c.endpoint_id
           AND a.outcome IN ('accepted', 'delivered', 'seen')) AS accepted_at
  FROM (SELECT * FROM canary WHERE verdict IS NULL UNION SELECT * FROM canary WHERE flown_at > now_ms() - $1) c
  LEFT JOIN delivery d ON d.message_id = c.message_id AND d.endpoint_id = c.endpoint_id
 WHERE c.message_id > 0 ORDER BY c.flown_at LIMIT 500;

-- name: reporting
-- The addresses of which a provider ever told, as far as flights are remembered, that something arrived.
SELECT DISTINCT endpoint_id FROM canary WHERE state IN (5, 6);

-- name: judge
-- What is known of a flight now.
UPDATE canary SET handed_at = $3, state = $4, verdict = $5 WHERE endpoint_id = $1 AND fire_at = $2;

-- name: history
-- The latest flights, the newest first.
SELECT endpoint_id, channel, mode, flown_at, handed_at, state, verdict FROM canary ORDER BY flown_at DESC, endpoint_id LIMIT $1;

-- name: shares
-- By channel, of the flights since $1 of which is known how they ended: how many, and how many went well.
SELECT channel, mode, count(*) AS n, CAST(sum(CASE WHEN verdict = 'well' THEN 1 ELSE 0 END) AS BIGINT) AS well
  FROM canary WHERE verdict IS NOT NULL AND flown_at >= $1 GROUP BY channel, mode ORDER BY mode, channel;

-- name: old
-- Flights ($2 at most) that nobody asks about any more, flown before $1: their alerts' rows may go.
SELECT DISTINCT c.message_id, m.event_id, m.alert_id
  FROM canary c JOIN message m ON m.id = c.message_id
 WHERE c.message_id > 0 AND c.verdict IS NOT NULL AND c.flown_at < $1 AND m.closed_at IS NOT NULL AND m.kind = 'canary'
 ORDER BY c.message_id LIMIT $2;

-- name: drop_attempts
-- Of these messages ($1, JSON); nobody but the flight remembers them.
DELETE FROM attempt WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: drop_deliveries
-- As above.
DELETE FROM delivery WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: drop_tallies
-- As above.
DELETE FROM tally WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: drop_fan_out
-- As above.
DELETE FROM fan_out WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: drop_messages
-- As above.
DELETE FROM message WHERE kind = 'canary' AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: drop_lists
-- Of these events ($1, JSON).
DELETE FROM event_group WHERE event_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: drop_events
-- Of a hidden station alone, these ($1, JSON).
DELETE FROM event WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
   AND station_id IN (SELECT id FROM station WHERE kind = 'canary');

-- name: drop_alerts
-- Of a hidden station alone, these ($1, JSON).
DELETE FROM alert WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
   AND station_id IN (SELECT id FROM station WHERE kind = 'canary');

-- name: unlink
-- The flights of these messages ($1, JSON) stay as history.
UPDATE canary SET message_id = 0 WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: forget
-- History that nobody asks for: flown before $1.
DELETE FROM canary WHERE flown_at < $1;
