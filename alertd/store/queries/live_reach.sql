-- Live reach: how many of a station's addresses still answer.

-- name: of_station
-- By channel: active addresses of the station's people ($1), of them those heard of since $2, those that were asked before $3 and
-- have not been heard of from then on (a telephone's registration with an app answers nobody, so it is not mute), and addresses
-- that died since $2. Every person of the station is walked, once, by keys.
SELECT e.channel,
       CAST(sum(CASE WHEN e.state = 1 THEN 1 ELSE 0 END) AS BIGINT) AS active,
       CAST(sum(CASE WHEN e.state = 1 AND coalesce(e.heard_at, e.proven_at, 0) >= $2 THEN 1 ELSE 0 END) AS BIGINT) AS heard,
       CAST(sum(CASE WHEN e.state = 1 AND e.kind = 1 AND coalesce(e.heard_at, e.proven_at, 0) < $2
                      AND e.probed_at < $3 AND e.probed_at >= coalesce(e.heard_at, e.proven_at, 0) THEN 1 ELSE 0 END) AS BIGINT) AS silent,
       CAST(sum(CASE WHEN e.state = 3 THEN 1 ELSE 0 END) AS BIGINT) AS dead
  FROM subscription s CROSS JOIN subscriber b CROSS JOIN endpoint e
 WHERE s.station_id = $1 AND s.valid_until > (SELECT now_ms()) AND b.id = s.subscriber_id AND b.hidden = 0 AND b.valid_until > (SELECT now_ms())
   AND e.subscriber_id = b.id AND (e.state = 1 OR (e.state = 3 AND e.closed_at >= $2))
 GROUP BY e.channel ORDER BY e.channel;

-- name: last_probe
-- When the telephones of a station were last asked silently, and whether that is over; no row: never.
SELECT began_at, done_at FROM silent_probe WHERE station_id = $1 ORDER BY began_at DESC LIMIT 1;
