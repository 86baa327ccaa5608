-- What a station decided about the topics, beside what its kind has; and those of its own.

-- name: of_station
-- All of it that holds; one row for each topic that was decided about, and for each of its own (`base`).
SELECT topic, shown, label, base FROM station_topic WHERE station_id = $1 AND removed_at IS NULL ORDER BY topic;

-- name: decide
-- The last word counts; what makes a topic the station's own stays. What was released keeps the name that its topic had then
-- (event.topic_labels).
INSERT INTO station_topic (station_id, topic, shown, label) VALUES ($1, $2, $3, $4)
ON CONFLICT (station_id, topic) DO UPDATE SET shown = excluded.shown, label = excluded.label;

-- name: own
-- The station's own, the removed ones too: their keys are never used again.
SELECT topic, base, bit, removed_at FROM station_topic WHERE station_id = $1 AND base IS NOT NULL ORDER BY topic;

-- name: bits
-- Their places in the masks of the station's subscriptions.
SELECT topic, bit FROM station_topic WHERE station_id = $1 AND bit IS NOT NULL AND removed_at IS NULL ORDER BY bit;

-- name: add
-- One more of the station's own.
INSERT INTO station_topic (station_id, topic, label, base, bit) VALUES ($1, $2, $3, $4, $5);

-- name: remove
-- Nothing new is said about it.
UPDATE station_topic SET removed_at = $3 WHERE station_id = $1 AND topic = $2 AND base IS NOT NULL AND removed_at IS NULL;

-- name: under_way
-- Whether an alert about it may still be corrected, or is about to leave.
SELECT id FROM alert WHERE station_id = $1 AND topic = $2 AND state IN ('pending', 'armed', 'active') LIMIT 1;

-- name: scheduled
-- Whether something about it is still to come again: each of its dates would be skipped.
SELECT s.id FROM schedule s, json_each(s.content) said
 WHERE s.station_id = $1 AND s.state <> 'ended' AND said.key = 'topic' AND said.value = $2 LIMIT 1;

-- name: clear_subscriptions
-- Its place ($2, as a mask) means nothing any more; who wanted nothing else keeps what it was like ($3).
UPDATE subscription SET topics = CASE WHEN (topics & ~CAST($2 AS BIGINT)) = 0 THEN $3 ELSE topics & ~CAST($2 AS BIGINT) END
 WHERE station_id = $1 AND topics <> -1 AND (topics & $2) <> 0;

-- name: clear_reach
-- The same of what is derived of them.
UPDATE reach SET topics = CASE WHEN (topics & ~CAST($2 AS BIGINT)) = 0 THEN $3 ELSE topics & ~CAST($2 AS BIGINT) END
 WHERE station_id = $1 AND topics <> -1 AND (topics & $2) <> 0;

-- name: clear_parted
-- The same of those who left, and may come back as they were.
UPDATE parted SET topics = CASE WHEN (topics & ~CAST($2 AS BIGINT)) = 0 THEN $3 ELSE topics & ~CAST($2 AS BIGINT) END
 WHERE station_id = $1 AND topics <> -1 AND (topics & $2) <> 0;
