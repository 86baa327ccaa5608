-- As in silence.sql: people are looked up one by one through the deliveries' key.

-- name: standing
-- As on SQLite.
SELECT w.endpoint_id, w.channel, w.state
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN LATERAL (
         SELECT d.endpoint_id, d.channel, d.state FROM delivery d
          WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
         OFFSET 0) w;

-- name: send_elsewhere
-- As on SQLite.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at)
SELECT w.message_id, CAST(r.value AS BIGINT), $3, $4, w.lane, w.ring, 1, w.wording, $5
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT d.message_id, d.lane, d.ring, d.wording FROM delivery d
          WHERE d.message_id = $1 AND d.endpoint_id = CAST(r.key AS BIGINT)
         OFFSET 0) w
    ON CONFLICT DO NOTHING;
