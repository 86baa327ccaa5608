-- "Demande de relais": what a station asks those under it to send on, and what each answers.

-- name: communes
-- The communes under a station ($1), however deep the tree, of its mode ($2); who is suspended is not asked.
WITH RECURSIVE under (id, depth) AS (
  SELECT id, 1 FROM station WHERE parent_id = $1
  UNION ALL
  SELECT s.id, u.depth + 1 FROM under u JOIN station s ON s.parent_id = u.id WHERE u.depth < 5)
SELECT s.id, s.parent_id, s.slug, s.name, s.kind, s.mode, s.timezone, s.region, s.locale, s.latitude, s.longitude, s.outline,
       s.insee, s.phone, s.private, s.suspended_at, s.accent
  FROM under u JOIN station s ON s.id = u.id
 WHERE s.kind = 'commune' AND s.mode = $2 AND s.suspended_at IS NULL
 ORDER BY s.name, s.id LIMIT 1000;

-- name: ask
-- Once for a preview: nothing is written for a second click.
INSERT INTO relay (id, station_id, digest, author, content, words, asked_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (digest) DO NOTHING;

-- name: of_digest
-- What a preview asked.
SELECT id FROM relay WHERE digest = $1;

-- name: address
-- To one station.
INSERT INTO relay_answer (relay_id, station_id, state) VALUES ($1, $2, 'open');

-- name: one
-- What was asked, and by which station; its author as colleagues know them.
SELECT r.id, r.station_id, s.name, coalesce(o.name, r.author) AS author, r.content, r.words, r.asked_at, r.ends_at, r.withdrawn_at
  FROM relay r JOIN station s ON s.id = r.station_id LEFT JOIN operator o ON o.login = substr(r.author, 10)
 WHERE r.id = $1;

-- name: stations
-- Those that were asked ($1), then the one that asks.
SELECT a.station_id, CAST(0 AS BIGINT) AS asks FROM relay_answer a WHERE a.relay_id = $1
 UNION ALL SELECT r.station_id, CAST(1 AS BIGINT) AS asks FROM relay r WHERE r.id = $1 ORDER BY 2, 1;

-- name: asked_by
-- What a station asked, the latest first, with how many were asked, and how many have said nothing yet.
SELECT r.id, r.station_id, s.name, coalesce(o.name, r.author) AS author, r.content, r.words, r.asked_at, r.ends_at, r.withdrawn_at,
       (SELECT count(*) FROM relay_answer a WHERE a.relay_id = r.id) AS asked,
       (SELECT count(*) FROM relay_answer a WHERE a.relay_id = r.id AND a.state = 'open') AS unanswered
  FROM relay r JOIN station s ON s.id = r.station_id LEFT JOIN operator o ON o.login = substr(r.author, 10)
 WHERE r.station_id = $1 ORDER BY r.id DESC LIMIT $2;

-- name: asked_of
-- What was asked of a station, the latest first.
SELECT r.id, r.station_id, s.name, r.author, r.content, r.words, r.asked_at, r.ends_at, r.withdrawn_at, a.state
  FROM relay_answer a JOIN relay r ON r.id = a.relay_id JOIN station s ON s.id = r.station_id
 WHERE a.station_id = $1 ORDER BY r.id DESC LIMIT $2;

-- name: open_of
-- How many wait for a station's answer at $2.
SELECT count(*) AS n FROM relay_answer a JOIN relay r ON r.id = a.relay_id
 WHERE a.station_id = $1 AND a.state = 'open' AND r.ends_at > $2 AND r.withdrawn_at IS NULL;

-- name: answers
-- What each station ($2; 0: all of them) made of it: its alert's first event is when it went out, and by whom.
SELECT a.station_id, s.name, s.phone, a.told_at, a.state, a.alert_id, a.reason, coalesce(o.name, a.answered_by) AS answered_by,
       a.answered_at, t.state AS alert_state, e.content AS sent, coalesce(u.name, e.released_by) AS released_by,
       e.created_at AS released_at
  FROM relay_answer a JOIN station s ON s.id = a.station_id
  LEFT JOIN alert t ON t.id = a.alert_id
  LEFT JOIN event e ON e.id = (SELECT min(f.id) FROM event f WHERE f.alert_id = a.alert_id)
  LEFT JOIN operator o ON o.login = substr(a.answered_by, 10)
  LEFT JOIN operator u ON u.login = substr(e.released_by, 10)
 WHERE a.relay_id = $1 AND (CAST($2 AS BIGINT) = 0 OR a.station_id = $2)
 ORDER BY s.name, s.id LIMIT 1000;

-- name: take
-- A station has a draft of it now ($3); who was quicker has made theirs.
UPDATE relay_answer SET state = 'taken', alert_id = $3, reason = NULL, answered_by = $4, answered_at = $5
 WHERE relay_id = $1 AND station_id = $2 AND state IN ('open', 'declined');

-- name: decline
-- Not by this station, and why; what has gone out cannot be declined any more.
UPDATE relay_answer SET state = 'declined', reason = $3, answered_by = $4, answered_at = $5
 WHERE relay_id = $1 AND station_id = $2 AND state IN ('open', 'taken')
   AND NOT EXISTS (SELECT 1 FROM event e WHERE e.alert_id = relay_answer.alert_id);

-- name: withdraw
-- Nobody is asked any more; what was sent was sent.
UPDATE relay SET withdrawn_at = $3 WHERE id = $1 AND station_id = $2 AND withdrawn_at IS NULL AND ends_at > $3;

-- name: untold
-- Whose mayors have not been written to.
SELECT a.relay_id, a.station_id, r.station_id AS asker_id, r.content, r.ends_at, r.withdrawn_at
  FROM relay_answer a JOIN relay r ON r.id = a.relay_id
 WHERE a.told_at IS NULL ORDER BY a.relay_id, a.station_id LIMIT $1;

-- name: tell
-- Whoever takes it tells it.
UPDATE relay_answer SET told_at = $3 WHERE relay_id = $1 AND station_id = $2 AND told_at IS NULL;
