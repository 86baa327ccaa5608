-- Silent probes: once a month telephones of which nothing was heard are asked whether they are still there.

-- name: due
-- Live stations where it is day ($3, JSON: time zones) whose day of the month has come ($2: the day; each has its own, so that a
-- great instance's are spread) and whose probe of the month ($1) is not over.
SELECT s.id, s.timezone
  FROM station s
 WHERE s.mode = 0 AND s.kind <> 'canary' AND s.id % 28 < $2
   AND s.timezone IN (SELECT CAST(value AS TEXT) FROM json_each(CAST($3 AS TEXT)))
   AND NOT EXISTS (SELECT 1 FROM silent_probe p WHERE p.station_id = s.id AND p.month = $1 AND p.done_at IS NOT NULL)
   AND s.suspended_at IS NULL
 ORDER BY s.id LIMIT $4;

-- name: others_wait
-- Whether anything at all has still to leave, by the books of open messages: then nobody is asked now.
SELECT m.id FROM message m
 WHERE m.closed_at IS NULL AND m.superseded_at IS NULL
   AND (SELECT coalesce(sum(t.n), 0) FROM tally t WHERE t.message_id = m.id AND t.state IN (1, 2)) > 0
 LIMIT 1;

-- name: begin
-- A station's month: once, whichever node comes first.
INSERT INTO silent_probe (station_id, month, began_at) VALUES ($1, $2, now_ms()) ON CONFLICT DO NOTHING;

-- name: standing
-- How far it has come; no row where it is over.
SELECT subscriber FROM silent_probe WHERE station_id = $1 AND month = $2 AND done_at IS NULL;

-- name: slice
-- Where the next $3 of a station's people behind $2 end; how many they are.
SELECT max(subscriber_id) AS upto, count(*) AS n
  FROM (SELECT subscriber_id FROM subscription WHERE station_id = $1 AND subscriber_id > $2 ORDER BY subscriber_id LIMIT $3) people;

-- name: silent
-- Notifications' addresses of these people ($2 to $3) of a station, of which nothing was heard since $4 and which were not asked since,
-- for this station or another, with the quiet hours that their people chose.
SELECT e.id, e.kind, e.address, e.key_id, b.quiet
  FROM subscription s CROSS JOIN subscriber b CROSS JOIN endpoint e
 WHERE s.station_id = $1 AND s.subscriber_id > $2 AND s.subscriber_id <= $3 AND s.valid_until > (SELECT now_ms())
   AND b.id = s.subscriber_id AND b.hidden = 0 AND b.valid_until > (SELECT now_ms())
   AND e.subscriber_id = b.id AND e.channel = 1 AND e.state = 1
   AND coalesce(e.heard_at, e.proven_at, 0) < $4 AND coalesce(e.probed_at, 0) < $4
 ORDER BY e.id;

-- name: add_message
-- To be shown nowhere, of no alert: what it is for stands in its kind. It has $6 deliveries, so it is planned at once.
INSERT INTO message (id, kind, station_id, mode, act, level, lane, deliver_by, created_at, planned)
VALUES ($1, 'probe', $2, 0, 'probe', $3, $4, $5, now_ms(), $6);

-- name: add_deliveries
-- At one sender ($3), in one state ($5): endpoints with when each is due ($2, JSON).
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at, reason)
SELECT CAST($1 AS BIGINT), CAST(j.key AS BIGINT), 1, CAST($3 AS BIGINT), CAST($4 AS BIGINT), 0, CAST($5 AS BIGINT), 0,
       CAST(j.value AS BIGINT), CAST($6 AS TEXT)
  FROM json_each(CAST($2 AS TEXT)) j;

-- name: mark
-- They were asked ($1, JSON), and are not asked again this month.
UPDATE endpoint SET probed_at = now_ms() WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: advance
-- The cursor ($3) moves in the transaction of its rows; $4 were asked; $5 = 1: nobody is behind it.
UPDATE silent_probe SET subscriber = $3, asked = asked + $4, done_at = CASE WHEN CAST($5 AS BIGINT) = 1 THEN now_ms() END
 WHERE station_id = $1 AND month = $2;

-- name: old
-- Messages made before $1, of which nothing more is expected: what they told is with the endpoints.
SELECT id FROM message WHERE kind = 'probe' AND created_at < $1 AND closed_at IS NOT NULL ORDER BY created_at LIMIT $2;

-- name: drop
-- These ($1, JSON); their deliveries went before.
DELETE FROM message WHERE kind = 'probe' AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: forget
-- Months that nobody asks for: begun before $1.
DELETE FROM silent_probe WHERE began_at < $1;
