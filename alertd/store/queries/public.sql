-- What anybody may read without a log-in. The newest event decides: an update may have turned a thread to a group, and
-- `alert.private` says only what its first message was aimed at. A first message that may still be undone hangs nowhere, and one
-- that was undone then never did: `telling` has the moment until which it waits, or the farthest one.

-- name: in_force
-- A station's threads that are under way or still to come, the gravest first, then the newest; those past their end are left to
-- the archive.
SELECT a.id, a.state, a.created_at, a.closed_at, a.expires
  FROM alert a JOIN station s ON s.id = a.station_id
 WHERE a.station_id = $1 AND a.state = 'active' AND a.expires > now_ms() AND s.private = 0
   AND a.head_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM event_group g WHERE g.event_id = a.head_id)
   AND NOT EXISTS (SELECT 1 FROM event e JOIN telling t ON t.event_id = e.id
                    WHERE e.alert_id = a.id AND e.supersedes IS NULL AND t.created_at > now_ms()
                      AND (t.created_at <= e.created_at + 10000 OR t.created_at = 253402300799000))
 ORDER BY a.level DESC, a.id DESC LIMIT $2;

-- name: held
-- When the next first message that may still be undone is published.
SELECT min(t.created_at) AS at
  FROM telling t JOIN event e ON e.id = t.event_id
 WHERE e.station_id = $1 AND e.supersedes IS NULL AND t.created_at > now_ms() AND t.created_at <= e.created_at + 10000;

-- name: threads
-- A station's threads, whatever has become of them, newest first, by key.
SELECT a.id, a.state, a.created_at, a.closed_at, a.expires
  FROM alert a JOIN station s ON s.id = a.station_id
 WHERE a.station_id = $1 AND a.id < $2 AND s.private = 0
   AND a.head_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM event_group g WHERE g.event_id = a.head_id)
   AND NOT EXISTS (SELECT 1 FROM event e JOIN telling t ON t.event_id = e.id
                    WHERE e.alert_id = a.id AND e.supersedes IS NULL AND t.created_at > now_ms()
                      AND (t.created_at <= e.created_at + 10000 OR t.created_at = 253402300799000))
 ORDER BY a.id DESC LIMIT $3;

-- name: events
-- What was said in these threads to everyone, oldest first: not what an earlier message said to a group.
SELECT e.id, e.alert_id, e.station_id, e.act, e.content, e.onset, e.deliver_by, e.as_of, e.released_by, e.created_at, e.supersedes,
       e.topic_labels
  FROM event e
 WHERE e.alert_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
   AND NOT EXISTS (SELECT 1 FROM event_group g WHERE g.event_id = e.id)
 ORDER BY e.id;

-- name: planned
-- What a station's schedules will say next, until $2, but for what a second person has not agreed to yet; to whom is in the
-- content, and read there.
SELECT h.next_at, h.content
  FROM schedule h JOIN station s ON s.id = h.station_id
 WHERE h.station_id = $1 AND h.state = 'active' AND h.next_at > now_ms() AND h.next_at <= $2 AND h.asked_at IS NULL AND s.private = 0
 ORDER BY h.next_at, h.id LIMIT $3;

-- name: thread_of
-- The thread in which something was said: an event's address leads back to what became of it.
SELECT alert_id FROM event WHERE id = $1 AND station_id = $2;

-- name: newest
-- The last that was said by any station: when it changes, what is kept of pages may be out of date.
SELECT CAST(coalesce(max(id), 0) AS BIGINT) AS id FROM event;

-- name: delivery
-- What somebody was really sent, by their message's code, since $3: an event's to everyone, never a service message, a group's
-- or a private station's; and only what may have left.
SELECT d.message_id, d.channel, d.wording, m.created_at, m.mode, t.name, t.timezone, s.locale
  FROM delivery d JOIN message m ON m.id = d.message_id JOIN station t ON t.id = m.station_id
  LEFT JOIN subscriber s ON s.id = d.endpoint_id >> 8
 WHERE d.message_id = $1 AND d.endpoint_id = $2 AND m.created_at > $3 AND d.state IN (2, 3, 4, 5, 6)
   AND m.kind = 'event' AND t.private = 0
   AND NOT EXISTS (SELECT 1 FROM event_group g WHERE g.event_id = m.event_id);
