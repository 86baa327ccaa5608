-- People are looked up one by one through the deliveries' key. PostgreSQL, as long as it has no statistics of a new message,
-- would rather compare all of it with each person; OFFSET 0 keeps it from that: a subquery with one is not flattened.

-- name: able
-- As on SQLite.
SELECT DISTINCT w.endpoint_id, w.channel
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN LATERAL (
         SELECT p.endpoint_id FROM delivery p
          WHERE p.message_id = $1 AND p.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
            AND p.channel = 1 AND p.state IN (0, 1, 2, 3, 4, 5, 6)
         OFFSET 0) n CROSS JOIN LATERAL (
         SELECT d.endpoint_id, d.channel FROM delivery d
          WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
            AND d.channel <> 1 AND d.ring = $3 AND d.state = 1 AND d.due_at = $4 AND d.wording = 0 AND d.tries = 0
         OFFSET 0) w;

-- name: acknowledged
-- As on SQLite.
SELECT DISTINCT w.endpoint_id >> 8 AS subscriber
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN LATERAL (
         SELECT d.endpoint_id FROM delivery d
          WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
            AND (d.state = 6 OR (d.state = 5 AND (d.channel = 1 OR $3 = 1)))
         OFFSET 0) w;

-- name: waiting
-- As on SQLite, where there is one writer; here they are held, and what another transaction has in hand is passed over: it
-- comes due there, or is cancelled, at this very moment. So nobody waits for these rows, and none in a circle.
SELECT w.endpoint_id, w.channel
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN LATERAL (
         SELECT d.endpoint_id, d.channel FROM delivery d
          WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
            AND d.state = 0 AND d.reason = 'silence'
            AND ($3 = 0 OR NOT EXISTS (SELECT 1 FROM delivery p
                                        WHERE p.message_id = $1 AND p.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
                                          AND p.channel = 1 AND p.state IN (0, 1, 2, 4, 5, 6)))
         OFFSET 0 FOR UPDATE OF d SKIP LOCKED) w;
