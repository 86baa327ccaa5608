-- What was sent, to be found again and added up.

-- name: page
-- A station's alerts that went out, newest first, behind $2, sent from $3 to before $4, about $5 ('' for any topic): with all that
-- was ever said in them, as a list in JSON, since words are looked for in it.
SELECT a.id, a.station_id, a.state, a.level, a.topic, a.headline, a.exercise, a.private, a.expires, a.created_at, a.closed_at, a.head_id,
       (SELECT min(s.created_at) FROM event s WHERE s.alert_id = a.id) AS sent_at,
       (SELECT h.topic_labels FROM event h WHERE h.id = a.head_id) AS topic_labels,
       '[' || (SELECT group_concat(e.content) FROM event e WHERE e.alert_id = a.id) || ']' AS said
  FROM alert a
 WHERE a.station_id = $1 AND a.id < $2 AND (SELECT min(s.created_at) FROM event s WHERE s.alert_id = a.id) >= $3
   AND (SELECT min(s.created_at) FROM event s WHERE s.alert_id = a.id) < $4 AND (CAST($5 AS TEXT) = '' OR a.topic = $5)
   AND a.head_id IS NOT NULL
 ORDER BY a.id DESC LIMIT $6;

-- name: events
-- What a station released since $2, newest first.
SELECT id, alert_id, act, content, created_at FROM event WHERE station_id = $1 AND created_at >= $2 ORDER BY created_at DESC, id DESC LIMIT $3;

-- name: books
-- How the deliveries of a station's events since $2 stand, event by event.
SELECT m.event_id, t.channel, t.state, CAST(sum(t.n) AS BIGINT) AS n
  FROM message m JOIN tally t ON t.message_id = m.id
 WHERE m.station_id = $1 AND m.created_at >= $2 AND m.event_id IS NOT NULL
 GROUP BY m.event_id, t.channel, t.state LIMIT $3;

-- name: left_after
-- How many left the station from $2 to before $3, after an exercise ($4 = 1) or after what was none: what the station said last before
-- they left is why. Whoever left before it ever said anything is counted with either.
SELECT count(*) AS n FROM departure d
 WHERE d.station_id = $1 AND d.at >= $2 AND d.at < $3 AND d.what = 'left'
   AND coalesce((SELECT a.exercise FROM event e JOIN alert a ON a.id = e.alert_id
                  WHERE e.station_id = $1 AND e.created_at <= d.at ORDER BY e.created_at DESC, e.id DESC LIMIT 1), $4) = $4;

-- name: left_between
-- How many left the station from $2 to before $3.
SELECT count(*) AS n FROM departure WHERE station_id = $1 AND at >= $2 AND at < $3 AND what = 'left';
