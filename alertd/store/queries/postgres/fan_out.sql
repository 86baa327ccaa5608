-- name: next
-- As on SQLite; the piece is locked for this transaction, so that nodes share the work and never a slice of it, and the
-- message is share-locked against a release that supersedes it.
SELECT f.message_id, f.phase, f.ring, f.source_id, f.start_after, f.kind, f.subscriber, f.upto, f.due_at,
       m.event_id, m.alert_id, m.station_id, m.mode, m.act, m.level, m.lane, m.superseded_at, m.deliver_by, m.supersedes, m.request,
       e.content, e.as_of, e.created_at, now_ms() AS now,
       CASE WHEN m.level = 3 THEN CAST(-1 AS BIGINT) ELSE CAST(1 AS BIGINT) << CAST(coalesce(t.bit, o.bit, 62) AS INTEGER) END AS topic_bit
  FROM fan_out f JOIN message m ON m.id = f.message_id JOIN event e ON e.id = m.event_id
  JOIN alert a ON a.id = m.alert_id LEFT JOIN topic t ON t.key = a.topic
  LEFT JOIN station_topic o ON o.station_id = m.station_id AND o.topic = a.topic AND o.removed_at IS NULL
 WHERE f.done_at IS NULL AND f.due_at <= now_ms()
   AND NOT EXISTS (SELECT 1 FROM fan_out b WHERE b.message_id = f.message_id AND b.phase < f.phase AND b.done_at IS NULL)
 ORDER BY m.lane, f.message_id, f.phase, f.ring, f.source_id, f.start_after
 LIMIT 1
   FOR UPDATE OF f SKIP LOCKED FOR SHARE OF m;

-- name: stop
-- As on SQLite; a piece that another node has in hand is passed over: it is not waited for, so that two nodes that both stop
-- never wait for each other, and its next slice sees the mark itself.
UPDATE fan_out SET done_at = now_ms()
 WHERE (message_id, phase, ring, source_id, start_after) IN (
       SELECT message_id, phase, ring, source_id, start_after FROM fan_out
        WHERE message_id = $1 AND done_at IS NULL
          FOR UPDATE SKIP LOCKED);
