-- Telling a station's operators of what went out.

-- name: add
-- With the event; $2 is when they are told: not before it can be undone no longer, and again half an hour before its end.
INSERT INTO telling (event_id, created_at) VALUES ($1, $2);

-- name: due
-- The longest ago first.
SELECT event_id, created_at FROM telling WHERE created_at <= $1 ORDER BY created_at, event_id LIMIT $2;

-- name: early
-- Released at an hour that has not come yet, and told of later than anything waits ($2) for second thoughts: the clock was set back.
SELECT event_id FROM telling
 WHERE created_at > CAST($1 AS BIGINT) + CAST($2 AS BIGINT)
   AND event_id IN (SELECT id FROM event e WHERE e.id = telling.event_id AND telling.created_at <= e.created_at + CAST($2 AS BIGINT))
 LIMIT 1;

-- name: hasten
-- These are told of as soon from now ($1) as they would have been from their release; the hour before an end stands.
UPDATE telling SET created_at = CAST($1 AS BIGINT) + created_at - (SELECT e.created_at FROM event e WHERE e.id = telling.event_id)
 WHERE created_at > CAST($1 AS BIGINT) + CAST($2 AS BIGINT)
   AND event_id IN (SELECT id FROM event e WHERE e.id = telling.event_id AND telling.created_at <= e.created_at + CAST($2 AS BIGINT));

-- name: take
-- Whoever takes it tells it; it may stand for a later telling by now ($2).
DELETE FROM telling WHERE event_id = $1 AND created_at = $2;

-- name: drop
-- What was taken back before anybody was told is told to nobody.
DELETE FROM telling WHERE created_at < $2 AND event_id IN (SELECT id FROM event WHERE alert_id = $1);

-- name: hush
-- What was taken back while it still waited ($2, the farthest moment) is told to nobody, ever: the notice board asks for it,
-- where it never hung. $3 is how long a first message waits at most.
UPDATE telling SET created_at = $2
 WHERE created_at > now_ms()
   AND event_id IN (SELECT id FROM event e WHERE e.alert_id = $1 AND e.supersedes IS NULL AND telling.created_at <= e.created_at + $3);

-- name: contacts
-- Where the operators of a station ($1) are told, of those who may log in, in the station's mode ($2).
SELECT o.login, e.id, e.channel
  FROM role r JOIN operator o ON o.id = r.operator_id JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE r.station_id = $1 AND o.disabled_at IS NULL AND e.state = 1 AND e.mode = $2
 ORDER BY e.id LIMIT $3;
