-- name: standing
-- As on SQLite, and held: the state that is read here is the state that is moved from.
SELECT d.message_id, d.endpoint_id, d.channel, d.state, m.deliver_by, m.superseded_at, (SELECT now_ms()) AS now,
       (SELECT count(*) FROM attempt c WHERE c.message_id = d.message_id AND c.endpoint_id = d.endpoint_id
           AND (c.provider_ref IS NOT NULL OR coalesce(c.outcome, '') NOT IN ('retry', 'throttled'))) AS rung
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN delivery d JOIN message m ON m.id = d.message_id
  JOIN attempt a ON a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND a.ordinal = d.tries
  JOIN sender s ON s.id = a.sender_id
 WHERE d.message_id = $1 AND d.endpoint_id = CAST(r.key AS BIGINT) AND d.channel = 3 AND d.state IN (2, 3, 4) AND s.gateway = $3
   AND CAST(r.value AS TEXT) IN ('', coalesce(a.provider_ref, ''))
 ORDER BY d.endpoint_id
   FOR UPDATE OF d;
