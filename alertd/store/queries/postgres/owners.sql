-- Where PostgreSQL would take another way.

-- name: foreign
-- As on SQLite, but from one message of the queue to the next, whatever its lane ($3 names them all): asked for one lane's next message,
-- PostgreSQL with statistics of a queue that is most of the table reads every delivery in the order of messages, for each lane that is
-- empty. Only the queue's own index has the order of lanes and messages.
WITH RECURSIVE under (id, depth) AS (
  SELECT id, CAST(0 AS BIGINT) FROM station WHERE slug IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
   UNION ALL
  SELECT s.id, u.depth + 1 FROM under u JOIN station s ON s.parent_id = u.id WHERE u.depth < 20),
found (lane, message_id) AS (
  SELECT * FROM (SELECT d.lane, d.message_id FROM delivery d
                  WHERE d.sender_id = $1 AND d.state = 1 AND CAST($3 AS TEXT) IS NOT NULL
                  ORDER BY d.sender_id, d.lane, d.message_id LIMIT 1) head
  UNION ALL
  SELECT n.lane, n.message_id
    FROM found f CROSS JOIN LATERAL (
         SELECT d.lane, d.message_id FROM delivery d
          WHERE d.sender_id = $1 AND d.state = 1 AND (d.lane, d.message_id) > (f.lane, f.message_id)
          ORDER BY d.sender_id, d.lane, d.message_id LIMIT 1) n)
SELECT f.lane, f.message_id FROM found f JOIN message m ON m.id = f.message_id
 WHERE m.station_id NOT IN (SELECT id FROM under) ORDER BY f.lane, f.message_id LIMIT $4;
