-- What waits for a silence, and what an acknowledgement stops. A person's endpoints are one run of keys: person << 8 and 255
-- more. Of the states, a notification may still be acknowledged while it waits, is queued, on the wire, unknown or accepted.

-- name: able
-- What may wait of these people ($2), just queued in one ring ($3) for $4, on any channel but push: where a notification may
-- still be acknowledged. Who heard of the alert before (wording 1, 2) is told at once.
SELECT DISTINCT d.endpoint_id, d.channel
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN delivery p CROSS JOIN delivery d
 WHERE p.message_id = $1 AND p.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
   AND p.channel = 1 AND p.state IN (0, 1, 2, 3, 4, 5, 6)
   AND d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
   AND d.channel <> 1 AND d.ring = $3 AND d.state = 1 AND d.due_at = $4 AND d.wording = 0 AND d.tries = 0;

-- name: acknowledged
-- Who of these people ($2) acknowledged: their phone confirmed a notification, they read it, or ($3 = 1) any provider says
-- that it was delivered.
SELECT DISTINCT d.endpoint_id >> 8 AS subscriber
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN delivery d
 WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
   AND (d.state = 6 OR (d.state = 5 AND (d.channel = 1 OR $3 = 1)));

-- name: waiting
-- What waits for the silence of these people ($2); with $3 = 1 where it is certain: no notification of theirs can be
-- acknowledged any more.
SELECT d.endpoint_id, d.channel
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN delivery d
 WHERE d.message_id = $1 AND d.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
   AND d.state = 0 AND d.reason = 'silence'
   AND ($3 = 0 OR NOT EXISTS (SELECT 1 FROM delivery p
                               WHERE p.message_id = $1 AND p.endpoint_id BETWEEN CAST(s.value AS BIGINT) << 8 AND (CAST(s.value AS BIGINT) << 8) + 255
                                 AND p.channel = 1 AND p.state IN (0, 1, 2, 4, 5, 6)));

-- name: link
-- A delivery as its reader's page sees it, and whether anything of its message waits.
SELECT d.channel, d.state, m.alert_id, m.silence FROM delivery d JOIN message m ON m.id = d.message_id
 WHERE d.message_id = $1 AND d.endpoint_id = $2;
