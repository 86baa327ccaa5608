-- name: next
-- As on SQLite; the piece is locked for this transaction, so that nodes share the work and never a slice of it, and the
-- message is share-locked against a release that supersedes it.
SELECT f.message_id, f.phase, f.ring, f.source_id, f.kind, f.subscriber, f.due_at,
       m.event_id, m.alert_id, m.station_id, m.mode, m.act, m.level, m.lane, m.superseded_at, m.deliver_by, m.supersedes,
       e.content, e.as_of, CAST(1 AS BIGINT) << CAST(coalesce(t.bit, 62) AS INTEGER) AS topic_bit
  FROM fan_out f JOIN message m ON m.id = f.message_id JOIN event e ON e.id = m.event_id
  JOIN alert a ON a.id = m.alert_id LEFT JOIN topic t ON t.key = a.topic
 WHERE f.done_at IS NULL AND f.due_at <= now_ms()
   AND NOT EXISTS (SELECT 1 FROM fan_out b WHERE b.message_id = f.message_id AND b.phase < f.phase AND b.done_at IS NULL)
 ORDER BY m.lane, f.message_id, f.phase, f.ring, f.source_id
 LIMIT 1
   FOR UPDATE OF f SKIP LOCKED FOR SHARE OF m;
