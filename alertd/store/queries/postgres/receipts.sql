-- name: take
-- As on SQLite, where there is one writer; here nodes take turns, so that no two apply words about one delivery at once.
SELECT id, gateway, received_at, raw, key_id, now_ms() - received_at AS age_ms FROM receipt
 WHERE applied_at IS NULL AND due_at <= (SELECT now_ms()) ORDER BY due_at, id LIMIT $1 FOR UPDATE;

-- name: standing
-- As on SQLite, and held: the state that is read here is the state that is moved from. A list of keys is an array, as in deliveries.sql.
SELECT d.endpoint_id, d.channel, d.state FROM delivery d
 WHERE d.message_id = $1 AND d.endpoint_id = ANY (CAST(translate(CAST($2 AS TEXT), '[]', '{}') AS BIGINT[]))
   AND EXISTS (SELECT 1 FROM attempt a JOIN sender s ON s.id = a.sender_id
                WHERE a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND s.gateway = $3)
 ORDER BY d.endpoint_id
   FOR UPDATE OF d;
