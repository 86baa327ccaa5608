-- What operators were told of gateways, and whom it is told.

-- name: raise
-- The first to see it tells it: nobody else does until it has ended, nor for $5 milliseconds after. Another trouble is
-- another alarm: told at once where the first has ended, and while it lasts after as long, since two nodes may see two.
INSERT INTO gateway_alarm (gateway, kind, trouble, probed, raised_at) VALUES ($1, $2, $3, $4, now_ms())
    ON CONFLICT (gateway, kind) DO UPDATE
   SET trouble = excluded.trouble, probed = excluded.probed, raised_at = excluded.raised_at, ended_at = NULL
 WHERE (gateway_alarm.ended_at IS NOT NULL AND gateway_alarm.ended_at <= now_ms() - $5)
    OR (gateway_alarm.trouble <> excluded.trouble AND (gateway_alarm.ended_at IS NOT NULL OR gateway_alarm.raised_at <= now_ms() - $5))
RETURNING gateway;

-- name: end
-- The first to see that it is over says so.
UPDATE gateway_alarm SET ended_at = now_ms() WHERE gateway = $1 AND kind = $2 AND ended_at IS NULL;

-- name: open
-- What lasts.
SELECT gateway, kind, trouble, probed, raised_at FROM gateway_alarm WHERE ended_at IS NULL ORDER BY gateway, kind;

-- name: contacts
-- Where operators are told: endpoints of their hidden subscribers, of those who may still log in. Who is known only in stations
-- under another (a school, a club) does not keep the instance; its administrators come first, then mayors of those above.
SELECT e.id, e.channel, o.administrator
  FROM operator o JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE o.disabled_at IS NULL AND o.subscriber_id IS NOT NULL AND e.state = 1 AND e.mode = 0
   AND (o.administrator = 1
        OR NOT EXISTS (SELECT 1 FROM role r WHERE r.operator_id = o.id)
        OR EXISTS (SELECT 1 FROM role r JOIN station s ON s.id = r.station_id
                    WHERE r.operator_id = o.id AND s.parent_id IS NULL AND s.private = 0))
 ORDER BY o.administrator DESC,
          CASE WHEN EXISTS (SELECT 1 FROM role r JOIN station s ON s.id = r.station_id
                             WHERE r.operator_id = o.id AND r.role = 4 AND s.parent_id IS NULL AND s.private = 0) THEN 0 ELSE 1 END,
          e.id LIMIT $1;

-- name: own_contacts
-- The same of a gateway that is these stations' own ($2, slugs): those of them, and who keeps the instance. None goes before another.
SELECT e.id, e.channel, CAST(0 AS BIGINT) AS administrator
  FROM operator o JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE o.disabled_at IS NULL AND o.subscriber_id IS NOT NULL AND e.state = 1 AND e.mode = 0
   AND (o.administrator = 1
        OR NOT EXISTS (SELECT 1 FROM role r WHERE r.operator_id = o.id)
        OR EXISTS (SELECT 1 FROM role r JOIN station s ON s.id = r.station_id
                    WHERE r.operator_id = o.id AND s.slug IN (SELECT value FROM json_each(CAST($2 AS TEXT)))))
 ORDER BY CASE WHEN EXISTS (SELECT 1 FROM role r JOIN station s ON s.id = r.station_id
                             WHERE r.operator_id = o.id AND r.role = 4
                               AND s.slug IN (SELECT value FROM json_each(CAST($2 AS TEXT)))) THEN 0 ELSE 1 END,
          e.id LIMIT $1;
