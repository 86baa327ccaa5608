-- Service messages: a word of the house to one endpoint.

-- name: reader
-- To whom ($1), in which language, and who speaks ($2: a station; 0 is the instance, which has no name here).
SELECT e.channel, e.kind, e.mode, e.state, s.locale, st.name AS station_name
  FROM endpoint e JOIN subscriber s ON s.id = e.subscriber_id LEFT JOIN station st ON st.id = $2
 WHERE e.id = $1;

-- name: forget
-- Words kept for long enough ($1: written before); deliveries and books stay, which say nothing of anybody.
UPDATE message SET body = NULL, key_id = NULL
 WHERE id IN (SELECT id FROM message WHERE body IS NOT NULL AND created_at < $1 ORDER BY id LIMIT 1000);
