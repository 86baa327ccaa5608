-- name: add
-- What is to be delivered.
INSERT INTO message (id, kind, station_id, mode, alert_id, event_id, act, level, lane, supersedes, deliver_by, silence, created_at)
VALUES ($1, 'event', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now_ms());

-- name: keep_request
-- By which its story is found in the log of every node.
UPDATE message SET request = $2 WHERE id = $1;

-- name: add_service
-- What is said to one person and to nobody else, and what for ($4); $8 are its words, sealed, $10 its story in the log. It has one
-- delivery, so it is planned at once.
INSERT INTO message (id, kind, station_id, mode, act, level, lane, deliver_by, body, key_id, request, created_at, planned)
VALUES ($1, 'service', $2, $3, $4, $5, $6, $7, $8, $9, $10, now_ms(), 1);

-- name: supersede
-- The mark: from this instant nothing more of the thread's earlier messages leaves.
UPDATE message SET superseded_at = now_ms() WHERE alert_id = $1 AND id <> $2 AND superseded_at IS NULL;

-- name: of_alert
-- A thread's messages, oldest first.
SELECT id, event_id, act, planned, superseded_at, deliver_by, closed_at, created_at, first_at, half_at, last_at FROM message WHERE alert_id = $1 ORDER BY id;

-- name: speech
-- All that rendering needs of a message; a service message has no event, but words of its own, and the
-- instance's has no station.
SELECT m.id, m.kind, m.act, m.level, m.mode, m.deliver_by, m.alert_id, m.supersedes, m.body, m.key_id, m.request,
       e.content, e.expires, e.onset, e.created_at,
       s.name AS station_name, s.slug, s.timezone, s.locale, s.phone, s.region
  FROM message m LEFT JOIN event e ON e.id = m.event_id LEFT JOIN station s ON s.id = m.station_id
 WHERE m.id = $1;

-- name: plan
-- Fan-out is over: what was planned is now known.
UPDATE message SET planned = (SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM tally WHERE message_id = $1)
 WHERE id = $1 AND planned IS NULL;

-- name: unplanned
-- Messages whose last two pieces of fan-out two nodes finished at once, neither seeing the other's: planned here.
SELECT m.id FROM message m
 WHERE m.closed_at IS NULL AND m.planned IS NULL
   AND NOT EXISTS (SELECT 1 FROM fan_out f WHERE f.message_id = m.id AND f.done_at IS NULL)
 ORDER BY m.id LIMIT $1;

-- name: over
-- Open messages that have been superseded or are too late: what waits of them is to be settled.
SELECT id, superseded_at, deliver_by FROM message
 WHERE closed_at IS NULL AND (superseded_at IS NOT NULL OR deliver_by <= now_ms())
 ORDER BY id LIMIT $1;

-- name: drained
-- Open messages of which nothing waits or is under way any more.
SELECT m.id, m.request FROM message m
 WHERE m.closed_at IS NULL AND m.planned IS NOT NULL
   AND coalesce((SELECT sum(t.n) FROM tally t WHERE t.message_id = m.id AND t.state IN (0, 1, 2)), 0) = 0
   AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id AND d.state = 3 AND d.due_at < 253402300799000)
 ORDER BY m.id LIMIT $1;

-- name: close
-- Nothing waits any more, looked at again under the lock: a late word may have put something back meanwhile. With when the
-- first, half and the last had left: half of those that were handed over, now that it is known how many.
UPDATE message SET closed_at = now_ms(), first_at = $2, half_at = $3, last_at = $4
 WHERE id = $1 AND closed_at IS NULL AND planned IS NOT NULL
   AND coalesce((SELECT sum(t.n) FROM tally t WHERE t.message_id = message.id AND t.state IN (0, 1, 2)), 0) = 0
   AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = message.id AND d.state = 3 AND d.due_at < 253402300799000);

-- name: reaching
-- Open messages of which the books say that the first, or half, have been handed over, and nobody has noted when.
-- `toward` is how many have been or may still be; beyond every number while it is not planned.
SELECT id, CASE WHEN planned IS NULL THEN 4611686018427387904 ELSE toward END AS toward
  FROM (SELECT m.id, m.planned, m.first_at,
               CAST(sum(CASE WHEN t.state IN (4, 5, 6) THEN t.n ELSE 0 END) AS BIGINT) AS handed,
               CAST(sum(CASE WHEN t.state < 7 THEN t.n ELSE 0 END) AS BIGINT) AS toward
          FROM message m JOIN tally t ON t.message_id = m.id
         WHERE m.closed_at IS NULL AND m.half_at IS NULL
         GROUP BY m.id, m.planned, m.first_at) o
 WHERE handed > 0 AND (first_at IS NULL OR (planned IS NOT NULL AND 2 * handed >= toward))
 ORDER BY id LIMIT $1;

-- name: mark
-- Known while it is under way.
UPDATE message SET first_at = $2, half_at = $3 WHERE id = $1 AND closed_at IS NULL;

-- name: hindsight
-- What was forecast for a message, and what happened: seconds, and moments.
SELECT CASE WHEN e.onset > m.created_at THEN e.onset ELSE m.created_at END AS since,
       m.first_at, m.half_at, m.last_at, e.first_s, e.half_s, e.last_s
  FROM message m JOIN event e ON e.id = m.event_id WHERE m.id = $1;

-- name: oldest_queued
-- Since when the oldest message goes out that still has deliveries queued, by the books; null when none has.
SELECT min(CASE WHEN e.onset > m.created_at THEN e.onset ELSE m.created_at END) AS since, now_ms() AS now
  FROM message m LEFT JOIN event e ON e.id = m.event_id
 WHERE m.closed_at IS NULL AND m.superseded_at IS NULL
   AND (SELECT sum(t.n) FROM tally t WHERE t.message_id = m.id AND t.state = 1) > 0;

-- name: reopen
-- Something of it waits again: a late word says that an unknown did not leave. Else nobody would look after it.
UPDATE message SET closed_at = NULL WHERE id = $1 AND closed_at IS NOT NULL;
