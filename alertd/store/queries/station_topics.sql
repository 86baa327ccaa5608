-- What a station decided about the topics, beside what its kind has.

-- name: of_station
-- All of it; one row for each topic that was decided about.
SELECT topic, shown, label FROM station_topic WHERE station_id = $1 ORDER BY topic;

-- name: decide
-- The last word counts. What was released keeps the name that its topic had then (event.topic_labels).
INSERT INTO station_topic (station_id, topic, shown, label) VALUES ($1, $2, $3, $4)
ON CONFLICT (station_id, topic) DO UPDATE SET shown = excluded.shown, label = excluded.label;
