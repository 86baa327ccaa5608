-- Ways that died, to be told by another.

-- name: lately
-- Dead since $1 and behind ($2, $3), oldest first, a slice, of people whom a station has and who have another way than a call: that
-- one (a notification before an e-mail before an SMS), and who speaks. "state >= 2" is the index's.
SELECT e.id, e.channel, e.closed_at,
       (SELECT o.id FROM endpoint o WHERE o.subscriber_id = e.subscriber_id AND o.state = 1 AND o.channel IN (0, 1, 2)
         ORDER BY CASE o.channel WHEN 1 THEN 0 WHEN 2 THEN 1 ELSE 2 END, o.id LIMIT 1) AS other,
       (SELECT MIN(s.station_id) FROM subscription s WHERE s.subscriber_id = e.subscriber_id AND s.valid_until > now_ms()) AS station_id
  FROM endpoint e JOIN subscriber b ON b.id = e.subscriber_id AND b.hidden = 0
 WHERE e.state >= 2 AND e.state = 3 AND e.closed_at > $1 AND (e.closed_at > $2 OR (e.closed_at = $2 AND e.id > $3))
   AND EXISTS (SELECT 1 FROM endpoint o WHERE o.subscriber_id = e.subscriber_id AND o.state = 1 AND o.channel IN (0, 1, 2))
   AND EXISTS (SELECT 1 FROM subscription s WHERE s.subscriber_id = e.subscriber_id AND s.valid_until > now_ms())
 ORDER BY e.closed_at, e.id LIMIT $4;
