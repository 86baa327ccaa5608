-- "Demander à la mairie": what an organisation asks, and what it is answered.

-- name: ask
-- Open until the mairie answers.
INSERT INTO request (id, station_id, parent_id, author, words, created_at, state) VALUES ($1, $2, $3, $4, $5, now_ms(), 'open');

-- name: answer
-- Once: the first answer stands.
UPDATE request SET state = $3, answer = $4, answered_by = $5, answered_at = now_ms()
 WHERE id = $1 AND parent_id = $2 AND state = 'open' RETURNING station_id, author, words;

-- name: author
-- Where the one is told who asked ($1), while they work in the station that asked ($2).
SELECT e.id, e.channel
  FROM role r JOIN operator o ON o.id = r.operator_id JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE r.station_id = $2 AND 'operator:' || o.login = $1 AND o.disabled_at IS NULL AND e.state = 1 AND e.mode = 0
 ORDER BY e.id LIMIT $3;

-- name: one
-- Of those that were asked of this mairie ($2).
SELECT q.id, q.station_id, s.name, q.author, q.words, q.created_at, q.state, q.answer, q.answered_by, q.answered_at
  FROM request q JOIN station s ON s.id = q.station_id
 WHERE q.id = $1 AND q.parent_id = $2;

-- name: of_parent
-- What was asked of a mairie: the open first, then the latest.
SELECT q.id, q.station_id, s.name, q.author, q.words, q.created_at, q.state, q.answer, q.answered_by, q.answered_at
  FROM request q JOIN station s ON s.id = q.station_id
 WHERE q.parent_id = $1 ORDER BY CASE q.state WHEN 'open' THEN 0 ELSE 1 END, q.id DESC LIMIT $2;

-- name: of_station
-- What an organisation asked, the latest first.
SELECT q.id, q.station_id, s.name, q.author, q.words, q.created_at, q.state, q.answer, q.answered_by, q.answered_at
  FROM request q JOIN station s ON s.id = q.parent_id
 WHERE q.station_id = $1 ORDER BY q.id DESC LIMIT $2;

-- name: open_of_parent
-- How many wait for the mairie's answer.
SELECT count(*) AS n FROM request WHERE parent_id = $1 AND state = 'open';
