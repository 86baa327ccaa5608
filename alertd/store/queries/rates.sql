-- What became of the latest messages, by gateway and by range of numbers.

-- name: messages
-- The latest messages ($2 at most, none made before $1), newest first, with how many deliveries were handed to a provider: ids
-- are in order of time, so that an instance of many years is not read through. Canaries say nothing of people.
SELECT m.id, CAST(sum(t.n) AS BIGINT) AS n
  FROM (SELECT id, created_at FROM message WHERE kind NOT IN ('canary', 'probe') ORDER BY id DESC LIMIT $2) m
  JOIN tally t ON t.message_id = m.id AND t.state IN (3, 4, 5, 6, 7, 8, 9)
 WHERE m.created_at >= $1
 GROUP BY m.id HAVING sum(t.n) > 0 ORDER BY m.id DESC;

-- name: count
-- Of these messages ($1: {"message_id": the last endpoint that counts}), by who really spoke, which its last attempt says.
SELECT d.channel, s.gateway, coalesce(e.prefix, '') AS prefix,
       count(DISTINCT d.endpoint_id) AS addresses, count(*) AS handed,
       CAST(sum(CASE WHEN d.state IN (5, 6) THEN 1 ELSE 0 END) AS BIGINT) AS delivered,
       CAST(sum(CASE WHEN d.state = 6 THEN 1 ELSE 0 END) AS BIGINT) AS seen
  FROM json_each(CAST($1 AS TEXT)) m CROSS JOIN delivery d CROSS JOIN attempt a CROSS JOIN sender s
  LEFT JOIN endpoint e ON e.id = d.endpoint_id
 WHERE d.message_id = CAST(m.key AS BIGINT) AND d.endpoint_id <= CAST(m.value AS BIGINT)
   AND d.state IN (3, 4, 5, 6, 7, 8, 9)
   AND a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND a.ordinal = d.tries AND s.id = a.sender_id
 GROUP BY d.channel, s.gateway, coalesce(e.prefix, '');

-- name: fresh
-- Whether somebody has counted within $1 milliseconds: then nobody need.
SELECT gateway FROM gateway_rate WHERE counted_at > now_ms() - $1 AND counted_at <= now_ms() LIMIT 1;

-- name: forget
-- The last count, in the transaction that writes the new one.
DELETE FROM gateway_rate;

-- name: keep
-- A gateway's, or one range's of it.
INSERT INTO gateway_rate (channel, gateway, prefix, addresses, handed, delivered, seen, counted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, now_ms());

-- name: all
-- The last count: a gateway as a whole before its ranges, the busiest first.
SELECT channel, gateway, prefix, addresses, handed, delivered, seen FROM gateway_rate
 ORDER BY channel, gateway, CASE WHEN prefix = '' THEN 0 ELSE 1 END, handed DESC, prefix LIMIT $1;
