-- name: add
-- The books: changed in every transaction that changes a delivery, one row for each node so that nodes never wait.
INSERT INTO tally (message_id, node_id, channel, state, n) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (message_id, node_id, channel, state) DO UPDATE SET n = tally.n + excluded.n;

-- name: of_alert
-- The books of a whole thread, message by message.
SELECT m.id AS message_id, t.channel, t.state, CAST(sum(t.n) AS BIGINT) AS n
  FROM message m JOIN tally t ON t.message_id = m.id
 WHERE m.alert_id = $1
 GROUP BY m.id, t.channel, t.state;

-- name: under_way
-- What is not settled, by mode, lane, channel and state, by the books of open messages: a few rows, however many people.
SELECT m.mode, m.lane, t.channel, t.state, CAST(sum(t.n) AS BIGINT) AS n
  FROM message m JOIN tally t ON t.message_id = m.id
 WHERE m.closed_at IS NULL AND m.superseded_at IS NULL AND t.state IN (0, 1, 2, 3)
 GROUP BY m.mode, m.lane, t.channel, t.state
 ORDER BY m.mode, m.lane, t.channel, t.state;

-- name: handed_over
-- What live stations handed to providers since $1 and before $2 (accepted, delivered, seen, or not known), by message and
-- channel; a house's own letters have no event, and its canaries are no station's.
SELECT m.id AS message_id, m.station_id, m.created_at, m.event_id, m.level, t.channel, CAST(sum(t.n) AS BIGINT) AS n
  FROM message m JOIN tally t ON t.message_id = m.id
 WHERE m.mode = 0 AND m.kind NOT IN ('canary', 'probe') AND m.created_at >= $1 AND m.created_at < $2 AND m.id > $3 AND t.state IN (3, 4, 5, 6)
 GROUP BY m.id, m.station_id, m.created_at, m.event_id, m.level, t.channel
 ORDER BY m.id, t.channel LIMIT $4;
