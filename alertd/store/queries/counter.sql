-- At the counter: who was just enrolled by a paper that they signed.

-- name: new_ways
-- Ways of the person ($1) that nobody has written to or proven, and that are none but this station's ($2): a first word is owed.
SELECT e.id, e.channel
  FROM endpoint e
 WHERE e.subscriber_id = $1 AND e.state = 1 AND e.greeted_at IS NULL AND e.proven_at IS NULL AND e.channel IN (0, 2)
   AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.subscriber_id = e.subscriber_id AND s.station_id <> $2)
 ORDER BY e.id;
