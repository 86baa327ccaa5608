-- name: add
-- A piece of work that any node may take up; cursor and rows commit together. $6 is the last id that may be in it.
INSERT INTO fan_out (message_id, phase, ring, source_id, kind, upto, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: next
-- The most urgent message whose hour has come, by the clock that all nodes share, and its first unfinished piece: phase by phase,
-- ring by ring. A danger is for all, whatever topics they chose; a topic of the station's own is asked of its own followers.
SELECT f.message_id, f.phase, f.ring, f.source_id, f.start_after, f.kind, f.subscriber, f.upto, f.due_at,
       m.event_id, m.alert_id, m.station_id, m.mode, m.act, m.level, m.lane, m.superseded_at, m.deliver_by, m.supersedes, m.request,
       e.content, e.as_of, e.created_at, now_ms() AS now,
       CASE WHEN m.level = 3 THEN CAST(-1 AS BIGINT) ELSE CAST(1 AS BIGINT) << CAST(coalesce(t.bit, o.bit, 62) AS INTEGER) END AS topic_bit
  FROM fan_out f JOIN message m ON m.id = f.message_id JOIN event e ON e.id = m.event_id
  JOIN alert a ON a.id = m.alert_id LEFT JOIN topic t ON t.key = a.topic
  LEFT JOIN station_topic o ON o.station_id = m.station_id AND o.topic = a.topic AND o.removed_at IS NULL
 WHERE f.done_at IS NULL AND f.due_at <= now_ms()
 ORDER BY m.lane, f.message_id, f.phase, f.ring, f.source_id, f.start_after
 LIMIT 1;

-- name: advance
-- The cursor ($6) moves in the transaction of its rows; where it meets the piece's end ($7), the piece is whole.
UPDATE fan_out SET subscriber = $6, upto = $7, done_at = CASE WHEN CAST($6 AS BIGINT) >= CAST($7 AS BIGINT) THEN now_ms() END
 WHERE message_id = $1 AND phase = $2 AND ring = $3 AND source_id = $4 AND start_after = $5;

-- name: cut
-- The rest of a piece, behind $6, becomes a piece of its own, which another node may take up at once. In the transaction
-- of the first slice, and before `advance` brings the end of what is left forward.
INSERT INTO fan_out (message_id, phase, ring, source_id, start_after, kind, subscriber, upto, due_at)
SELECT message_id, phase, ring, source_id, CAST($6 AS BIGINT), kind, CAST($6 AS BIGINT), upto, due_at FROM fan_out
 WHERE message_id = $1 AND phase = $2 AND ring = $3 AND source_id = $4 AND start_after = $5;

-- name: hasten
-- Released at an hour that has not come yet: the clock was set back since. What was to leave at once would wait until that hour came
-- round once more, and so would the moment in which it can be taken back, which still lasts as long. An hour that was chosen stands.
UPDATE fan_out SET due_at = now_ms() + due_at
       - (SELECT e.created_at FROM message m JOIN event e ON e.id = m.event_id WHERE m.id = fan_out.message_id)
 WHERE done_at IS NULL AND due_at > now_ms()
   AND message_id IN (SELECT m.id FROM message m JOIN event e ON e.id = m.event_id
                       WHERE m.closed_at IS NULL AND e.created_at > now_ms() AND e.onset <= e.created_at);

-- name: stop
-- Nothing more of this message is fanned out: superseded, or too late.
UPDATE fan_out SET done_at = now_ms() WHERE message_id = $1 AND done_at IS NULL;

-- name: left
-- How many pieces of a message are not whole yet.
SELECT count(*) AS n FROM fan_out WHERE message_id = $1 AND done_at IS NULL;

-- name: clear_audience
-- What was noted is only needed until the deliveries exist.
DELETE FROM audience WHERE message_id = $1;
