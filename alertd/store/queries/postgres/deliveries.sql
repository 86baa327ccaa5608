-- name: claimable
-- As on SQLite, where there is one writer; here several nodes claim: each skips what another holds, and the message is
-- share-locked so that a release that supersedes it waits for this slice and then sees it as `calling`. The keys are
-- taken first, in the very order of their index: with the joins in the same query and no statistics yet, just after a
-- large fan-out, PostgreSQL would sort the whole queue for each slice.
WITH taken AS MATERIALIZED (
  SELECT message_id, endpoint_id, channel, lane, ring, due_at, wording, tries, doubtful
    FROM delivery
   WHERE sender_id = $1 AND state = 1
     AND NOT EXISTS (SELECT 1 FROM setting WHERE key = 'sending' AND value = 'paused')
   ORDER BY sender_id, lane, ring, due_at, message_id, endpoint_id
   LIMIT $2
     FOR UPDATE SKIP LOCKED)
SELECT d.message_id, d.endpoint_id, d.channel, d.lane, d.wording, d.tries, d.doubtful,
       m.superseded_at, m.deliver_by,
       (SELECT count(*) FROM message b JOIN delivery o ON o.message_id = b.id AND o.endpoint_id = d.endpoint_id
         WHERE b.alert_id = m.alert_id AND b.id < m.id AND o.state = 2) AS behind,
       e.state AS endpoint_state, e.address, e.key_id, e.greeted_at, e.proven_at, s.locale,
       p.subscriber_id AS subscribed
  FROM taken d JOIN message m ON m.id = d.message_id
  LEFT JOIN endpoint e ON e.id = d.endpoint_id
  LEFT JOIN subscriber s ON s.id = e.subscriber_id
  LEFT JOIN subscription p ON p.station_id = m.station_id AND p.subscriber_id = e.subscriber_id
 ORDER BY d.lane, d.ring, d.due_at, d.message_id, d.endpoint_id
   FOR SHARE OF m;
