-- name: add
-- Saved once for each preview that was looked at.
INSERT INTO schedule (id, station_id, digest, actor, state, rule, starts, timezone, skips, content, people, grace_ms, next_at,
                      asked_by, asked_at, refused_by, refused_at, refusal, version, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, now_ms())
ON CONFLICT (digest) DO NOTHING;

-- name: by_digest
-- What a second click had saved.
SELECT id, station_id FROM schedule WHERE digest = $1;

-- name: one
-- A schedule as it stands.
SELECT id, station_id, actor, state, rule, starts, timezone, skips, content, people, grace_ms, next_at, asked_by, asked_at,
       refused_by, refused_at, refusal, version, created_at
  FROM schedule WHERE id = $1;

-- name: of_station
-- A station's, the next one to fire first; the ended ones last.
SELECT id, station_id, actor, state, rule, starts, timezone, skips, content, people, grace_ms, next_at, asked_by, asked_at,
       refused_by, refused_at, refusal, version, created_at
  FROM schedule WHERE station_id = $1 ORDER BY next_at IS NULL, next_at, id DESC LIMIT $2;

-- name: alive
-- How many a station keeps: there is a most.
SELECT count(*) AS n FROM schedule WHERE station_id = $1 AND state <> 'ended';

-- name: due
-- What should have fired by now, the longest ago first, but for those ($3) that could not be decided a moment ago: however many
-- they are, they stand before nobody.
SELECT id, station_id, actor, state, rule, starts, timezone, skips, content, people, grace_ms, next_at, asked_by, asked_at,
       refused_by, refused_at, refusal, version, created_at
  FROM schedule WHERE state = 'active' AND next_at IS NOT NULL AND next_at <= $1
   AND id NOT IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($3 AS TEXT)))
 ORDER BY next_at, id LIMIT $2;

-- name: move_on
-- Whoever moves the next date on decides the one that is past; another node, or a change made meanwhile, comes to nothing.
UPDATE schedule SET next_at = $4, state = CASE WHEN CAST($4 AS BIGINT) IS NULL THEN 'ended' ELSE state END
 WHERE id = $1 AND version = $2 AND next_at = $3 AND state = 'active';

-- name: change
-- Another state, rule or next date, who is waited for, or who refused; only if nobody changed it, or fired it, since it was read.
UPDATE schedule SET state = $4, rule = $5, next_at = $6, asked_by = $7, asked_at = $8, refused_by = $9, refused_at = $10, refusal = $11,
       version = version + 1
 WHERE id = $1 AND version = $2 AND coalesce(next_at, -1) = coalesce(CAST($3 AS BIGINT), -1);

-- name: waiting
-- What of a station waits for a second person, what is to leave first before the others.
SELECT id, station_id, actor, state, rule, starts, timezone, skips, content, people, grace_ms, next_at, asked_by, asked_at,
       refused_by, refused_at, refusal, version, created_at
  FROM schedule WHERE station_id = $1 AND state = 'active' AND asked_at IS NOT NULL ORDER BY next_at, id LIMIT $2;

-- name: decide
-- One firing, decided once: its key is the schedule and the instant.
INSERT INTO occurrence (schedule_id, fire_at, state, reason, alert_id, people, decided_at)
VALUES ($1, $2, $3, $4, $5, $6, now_ms());

-- name: decision
-- Whether an instant was decided already: the clock was set back since, and the date put on it again.
SELECT state FROM occurrence WHERE schedule_id = $1 AND fire_at = $2;

-- name: decided
-- What became of a schedule's firings, the latest first.
SELECT fire_at, state, reason, alert_id, people FROM occurrence WHERE schedule_id = $1 ORDER BY fire_at DESC LIMIT $2;

-- name: skipped_lately
-- What a station's schedules did not send, for the page that says so.
SELECT o.schedule_id, o.fire_at, o.reason FROM occurrence o JOIN schedule s ON s.id = o.schedule_id
 WHERE s.station_id = $1 AND o.state = 'skipped' AND o.decided_at >= $2 ORDER BY o.fire_at DESC LIMIT $3;

-- name: doubled_lately
-- What a station's schedules sent to twice the people of their saving, for the page that says so.
SELECT o.schedule_id, o.fire_at, o.alert_id, o.people FROM occurrence o JOIN schedule s ON s.id = o.schedule_id
 WHERE s.station_id = $1 AND o.state = 'fired' AND o.reason IS NOT NULL AND o.decided_at >= $2 ORDER BY o.fire_at DESC LIMIT $3;

-- name: set_closed
-- The last word counts.
UPDATE station SET closed = $2 WHERE id = $1;

-- name: texts
-- What a schedule says on its days, from one day on.
SELECT day, words FROM schedule_text WHERE schedule_id = $1 AND day >= $2 ORDER BY day LIMIT $3;

-- name: text_on
-- What it says on one day.
SELECT words FROM schedule_text WHERE schedule_id = $1 AND day = $2;

-- name: follow_text
-- A date that is moved says on its new day ($3) what it was to say ($2), unless that day has words of its own.
INSERT INTO schedule_text (schedule_id, day, words)
SELECT schedule_id, $3, words FROM schedule_text WHERE schedule_id = $1 AND day = $2
ON CONFLICT (schedule_id, day) DO NOTHING;

-- name: forget_texts
-- Before the new table is written: the old one's days are not kept beside it.
DELETE FROM schedule_text WHERE schedule_id = $1;

-- name: add_text
-- One day's words.
INSERT INTO schedule_text (schedule_id, day, words) VALUES ($1, $2, $3);

-- name: copy_texts
-- What a schedule that goes on from another one says on its days, from one day on.
INSERT INTO schedule_text (schedule_id, day, words)
SELECT CAST($2 AS BIGINT), day, words FROM schedule_text WHERE schedule_id = $1 AND day >= $3;
