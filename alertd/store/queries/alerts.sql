-- name: add
-- A thread begins.
INSERT INTO alert (id, station_id, state, level, topic, headline, exercise, private, expires, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now_ms());

-- name: one
-- A thread, by its id, with what its topic was called when its newest event was released; `sent_at` is its first event's hour.
SELECT a.id, a.station_id, a.state, a.level, a.topic, a.headline, a.exercise, a.private, a.expires, a.created_at, a.closed_at, a.head_id,
       (SELECT min(s.created_at) FROM event s WHERE s.alert_id = a.id) AS sent_at,
       h.topic_labels
  FROM alert a LEFT JOIN event h ON h.id = a.head_id WHERE a.id = $1;

-- name: of_station
-- A station's threads, newest first, by key; `sent_at` as above.
SELECT a.id, a.station_id, a.state, a.level, a.topic, a.headline, a.exercise, a.private, a.expires, a.created_at, a.closed_at, a.head_id,
       (SELECT min(s.created_at) FROM event s WHERE s.alert_id = a.id) AS sent_at,
       h.topic_labels
  FROM alert a LEFT JOIN event h ON h.id = a.head_id WHERE a.station_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3;

-- name: change
-- What its newest event makes of a thread; only from the state that was read.
UPDATE alert SET state = $3, level = $4, topic = $5, headline = $6, exercise = $7, expires = $8, head_id = $9,
       closed_at = CASE WHEN $10 = 1 THEN now_ms() END
 WHERE id = $1 AND state = $2;

-- name: rewrite
-- A draft's summary follows its content.
UPDATE alert SET level = $2, topic = $3, headline = $4, exercise = $5, private = $6, expires = $7
 WHERE id = $1 AND state = 'draft';

-- name: arm
-- It is counted down: nobody changes it any more.
UPDATE alert SET state = 'armed' WHERE id = $1 AND state = 'draft';

-- name: disarm
-- The countdown is over: what was stopped is a draft again, and what leaves now leaves as one. An update's thread was never armed.
UPDATE alert SET state = 'draft' WHERE id = $1 AND state = 'armed';

-- name: overdue
-- Active threads whose end has passed without anyone saying so.
SELECT id, station_id FROM alert WHERE state = 'active' AND expires <= now_ms() LIMIT $1;

-- name: expire
-- Over, its end not confirmed.
UPDATE alert SET state = 'expired', closed_at = now_ms() WHERE id = $1 AND state = 'active' AND expires <= now_ms();

-- name: save_draft
-- The only mutable form.
INSERT INTO draft (alert_id, content, author, updated_at) VALUES ($1, $2, $3, now_ms())
    ON CONFLICT (alert_id) DO UPDATE SET content = excluded.content, author = excluded.author, updated_at = excluded.updated_at;

-- name: draft
-- What is being written.
SELECT content, author, updated_at FROM draft WHERE alert_id = $1;

-- name: drop_draft
-- It has become an event.
DELETE FROM draft WHERE alert_id = $1;

-- name: exercises
-- A station's exercises that went out, newest first: they are counted with nothing else.
SELECT id, headline, state, created_at FROM alert
 WHERE station_id = $1 AND exercise = 1 AND head_id IS NOT NULL ORDER BY id DESC LIMIT $2;

-- name: missed
-- Why an alert did not reach an endpoint, by channel; never whose.
SELECT d.channel, coalesce(d.reason, '') AS reason, count(*) AS n
  FROM message m JOIN delivery d ON d.message_id = m.id
 WHERE m.alert_id = $1 AND d.state IN (7, 8, 9, 10, 12)
 GROUP BY d.channel, coalesce(d.reason, '') ORDER BY n DESC, d.channel LIMIT 100;
