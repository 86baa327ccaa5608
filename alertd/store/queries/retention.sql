-- Retention: who was sent what is personal and is dropped when its time is over; what was sent, and how many got it, stays.

-- name: over
-- The oldest message that nobody works on any more since before $1, nor on the alert that it is of: whoever was reached by an
-- alert is told of its end, so its deliveries are kept until then.
SELECT m.id FROM message m LEFT JOIN alert a ON a.id = m.alert_id
 WHERE m.emptied = 0 AND m.closed_at < $1 AND (m.alert_id IS NULL OR a.closed_at < $1)
 ORDER BY m.closed_at, m.id LIMIT 1;

-- name: begin
-- From now on its deliveries are not what its counts say.
UPDATE message SET forgotten_at = now_ms() WHERE id = $1 AND forgotten_at IS NULL;

-- name: attempts
-- The tries of a message's next $2 deliveries, ahead of these.
DELETE FROM attempt
 WHERE message_id = $1
   AND endpoint_id IN (SELECT d.endpoint_id FROM delivery d WHERE d.message_id = $1 ORDER BY d.endpoint_id LIMIT $2);

-- name: deliveries
-- The same deliveries, in the same transaction.
DELETE FROM delivery
 WHERE message_id = $1
   AND endpoint_id IN (SELECT d.endpoint_id FROM delivery d WHERE d.message_id = $1 ORDER BY d.endpoint_id LIMIT $2);

-- name: pieces
-- How far its fan-out was has been over since long before: nobody asks any more.
DELETE FROM fan_out WHERE message_id = $1;

-- name: cover
-- Nobody is looked for in its zone any more, which stays as it was drawn in the event itself; its cover may be thousands of rows.
DELETE FROM event_range WHERE event_id = (SELECT m.event_id FROM message m WHERE m.id = $1);

-- name: end
-- None is left.
UPDATE message SET emptied = 1 WHERE id = $1;

-- name: places
-- Where people were until before $1: nothing that is still sent goes by it. A slice of $2.
DELETE FROM place
 WHERE (subscriber_id, ordinal) IN (SELECT p.subscriber_id, p.ordinal FROM place p
                                     WHERE p.ended_at < $1 AND p.ended_at < 253402300799000 ORDER BY p.ended_at LIMIT $2);

-- name: of_alert
-- When the deliveries of an alert's first message were dropped; no row where they are there.
SELECT forgotten_at FROM message WHERE alert_id = $1 AND forgotten_at IS NOT NULL ORDER BY id LIMIT 1;
