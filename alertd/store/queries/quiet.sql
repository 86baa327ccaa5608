-- Who wants to be left in peace at times, and what waits for them.

-- name: anybody
-- Whether there is anybody at all: most instances' fan-outs look no further.
SELECT id FROM subscriber WHERE quiet IS NOT NULL LIMIT 1;

-- name: of_people
-- Those of these people who chose so.
SELECT b.id, b.quiet FROM json_each(CAST($1 AS TEXT)) j CROSS JOIN subscriber b
 WHERE b.id = CAST(j.value AS BIGINT) AND b.quiet IS NOT NULL;

-- name: timezone
-- On whose clock the instance's hours are.
SELECT timezone FROM station WHERE id = $1;

-- name: queued
-- What was just queued for them ($2) in one ring ($3), to whom it is the first word: nobody has tried it.
SELECT d.message_id, d.endpoint_id, d.channel
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN delivery d
 WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
   AND d.ring = $3 AND d.state = 1 AND d.tries = 0 AND d.wording = 0;

-- name: set
-- The person's own choice; null: none.
UPDATE subscriber SET quiet = $2 WHERE id = $1;

-- name: of_stations
-- Those of some stations' people ($1) who chose so, the first hundred thousand: for the preview to say who will wait.
SELECT b.id, b.quiet
  FROM subscriber b JOIN subscription s ON s.subscriber_id = b.id
   AND s.station_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
 WHERE b.quiet IS NOT NULL ORDER BY b.id LIMIT 100000;
