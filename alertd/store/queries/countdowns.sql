-- Countdowns: emergencies that are about to leave. Only an armed one changes, and only once: whoever changes it first decides.

-- name: arm
-- By the store's clock, which all nodes share. None where this alert or this preview is counted down already.
INSERT INTO countdown (id, alert_id, station_id, digest, armed_by, armed_at, release_at, state)
VALUES ($1, $2, $3, $4, $5, now_ms(), now_ms() + $6, 'armed') ON CONFLICT DO NOTHING;

-- name: keep_request
-- The click that armed it: what it releases later bears the same id.
UPDATE countdown SET request = $2 WHERE id = $1;

-- name: of_digest
-- What became of a preview: its latest countdown.
SELECT alert_id, state FROM countdown WHERE digest = $1 ORDER BY id DESC LIMIT 1;

-- name: of_alert
-- An alert's latest, and how long it still takes by the store's clock.
SELECT c.id, c.alert_id, a.exercise, c.armed_by, c.release_at - now_ms() AS left_ms, c.state, c.reason, c.settled_by, c.settled_at
  FROM countdown c JOIN alert a ON a.id = c.alert_id WHERE c.alert_id = $1 ORDER BY c.id DESC LIMIT 1;

-- name: of_station
-- What is about to leave, the next first.
SELECT c.id, c.alert_id, a.exercise, c.armed_by, c.release_at - now_ms() AS left_ms, c.state, c.reason, c.settled_by, c.settled_at
  FROM countdown c JOIN alert a ON a.id = c.alert_id
 WHERE c.state = 'armed' AND c.station_id = $1 ORDER BY c.release_at, c.id LIMIT 20;

-- name: of_operator
-- What is about to leave in any of the stations that a person serves ($1), the next first.
SELECT c.id, c.alert_id, a.exercise, c.armed_by, c.release_at - now_ms() AS left_ms, c.state, c.reason, c.settled_by, c.settled_at,
       s.name AS station
  FROM countdown c JOIN alert a ON a.id = c.alert_id JOIN station s ON s.id = c.station_id
  JOIN role r ON r.station_id = c.station_id
 WHERE c.state = 'armed' AND r.operator_id = $1 ORDER BY c.release_at, c.id LIMIT 20;

-- name: contents
-- What a station is about to announce.
SELECT c.alert_id, d.content, c.armed_by AS who, CAST(NULL AS BIGINT) AS at FROM countdown c JOIN draft d ON d.alert_id = c.alert_id
 WHERE c.state = 'armed' AND c.station_id = $1 LIMIT 50;

-- name: due
-- Those that have ended; `late` by more than $1 milliseconds. And those that were armed at an hour that has not come yet: the clock was
-- set back since, and they are `early`.
SELECT id, alert_id, station_id, digest, armed_by, request, CAST(CASE WHEN release_at < now_ms() - $1 THEN 1 ELSE 0 END AS BIGINT) AS late,
       CAST(CASE WHEN armed_at > now_ms() THEN 1 ELSE 0 END AS BIGINT) AS early
  FROM countdown WHERE state = 'armed' AND (release_at <= now_ms() OR armed_at > now_ms()) ORDER BY release_at, id LIMIT $2;

-- name: begin_again
-- Counted anew, from now: nobody's seconds to stop it are taken away, and it does not wait for an hour to come round once more.
UPDATE countdown SET release_at = now_ms() + release_at - armed_at, armed_at = now_ms()
 WHERE id = $1 AND state = 'armed' AND armed_at > now_ms();

-- name: release
-- In the transaction that makes the event. Nothing where it was stopped meanwhile, another node was quicker, or it is late
-- by more than $2 milliseconds.
UPDATE countdown SET state = 'released', settled_at = now_ms()
 WHERE id = $1 AND state = 'armed' AND release_at >= now_ms() - $2;

-- name: settle
-- Stopped by someone ($3), or held for a reason ($4).
UPDATE countdown SET state = $2, settled_by = $3, reason = $4, settled_at = now_ms() WHERE id = $1 AND state = 'armed';

-- name: author
-- What whoever armed it may do now; nothing for who may not log in any more.
SELECT r.role FROM operator o JOIN role r ON r.operator_id = o.id
 WHERE o.login = $1 AND r.station_id = $2 AND o.disabled_at IS NULL;
