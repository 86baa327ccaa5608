-- As in silence.sql: people are looked up one by one through the deliveries' key.

-- name: standing
-- As on SQLite.
SELECT w.endpoint_id, w.channel, w.state
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN LATERAL (
         SELECT d.endpoint_id, d.channel, d.state FROM delivery d
          WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
         OFFSET 0) w;
