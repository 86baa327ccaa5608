-- Telephone calls: what a call of ours is about, and what a caller may hear.

-- name: delivery
-- The delivery of a call that we made, in the language of whom it was for.
SELECT d.message_id, d.endpoint_id, d.wording, s.locale FROM delivery d JOIN subscriber s ON s.id = d.endpoint_id >> 8
 WHERE d.message_id = $1 AND d.endpoint_id = $2 AND d.channel = 3;

-- name: recent
-- What these endpoints ($1) were to be told by call or SMS since $2, the newest first, whether or not anybody picked up; what
-- everyone was told, of threads that are everyone's now, since anybody can have another's number shown. The newest thousand
-- messages of all, so that a caller costs little.
SELECT d.message_id, d.wording, m.alert_id, s.locale
  FROM (SELECT n.id, n.alert_id, n.event_id, n.created_at FROM message n ORDER BY n.id DESC LIMIT 1000) m
  JOIN alert a ON a.id = m.alert_id
  JOIN station t ON t.id = a.station_id AND t.private = 0
 CROSS JOIN json_each(CAST($1 AS TEXT)) e
  JOIN delivery d ON d.message_id = m.id AND d.endpoint_id = CAST(e.value AS BIGINT) AND d.tries > 0
  JOIN subscriber s ON s.id = d.endpoint_id >> 8
 WHERE m.created_at >= $2 AND NOT EXISTS (SELECT 1 FROM event_group g WHERE g.event_id IN (m.event_id, a.head_id))
 ORDER BY d.message_id DESC LIMIT 50;

-- name: endpoints
-- Whose number this is, as one of the hashes in $1 (32 bytes each, one after the other), on live stations.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE (i + 1) * 32 < length($1))
SELECT e.id, e.channel
  FROM n CROSS JOIN endpoint e
 WHERE e.address_hash = substr($1, n.i * 32 + 1, 32) AND e.mode = 0 AND e.state = 1;

-- name: station
-- In whose name an endpoint is called about itself: the station that wrote to it last, else the first that has its person.
SELECT p.station_id
  FROM endpoint e
  JOIN subscription p ON p.subscriber_id = e.subscriber_id
 WHERE e.id = $1
 ORDER BY coalesce((SELECT max(m.id) FROM (SELECT n.id, n.station_id FROM message n ORDER BY n.id DESC LIMIT 1000) m
                      JOIN delivery d ON d.message_id = m.id AND d.endpoint_id = e.id AND d.tries > 0
                     WHERE m.station_id = p.station_id), 0) DESC, p.station_id
 LIMIT 1;
