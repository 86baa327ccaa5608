-- Whoever is on a stay is warned by any station of the instance where they are: subscriptions that the stay makes and ends.

-- name: agreements
-- What each station has agreed with the person ($1) now ($2), the longest first.
SELECT s.station_id, s.topics, s.min_level, s.exercises, s.valid_until, s.consent_source, s.consent_at, b.mode
  FROM subscription s JOIN subscriber b ON b.id = s.subscriber_id
 WHERE s.subscriber_id = $1 AND s.valid_until > $2 ORDER BY s.valid_until DESC, s.station_id;

-- name: places
-- Where the person is, or stays, now ($2).
SELECT cell, ended_at FROM place WHERE subscriber_id = $1 AND ended_at > $2 ORDER BY ordinal LIMIT 40;

-- name: near
-- Public territories of mode $1 whose mairie is nearest to a point ($2, $3), within $5 degrees: a point's own commune is among the
-- first. $4 is by how much a degree of longitude is shorter there.
SELECT t.id, t.latitude, t.longitude, t.outline
  FROM station t CROSS JOIN (SELECT CAST($2 AS DOUBLE PRECISION) AS lat, CAST($3 AS DOUBLE PRECISION) AS lon,
                                    CAST($4 AS DOUBLE PRECISION) AS shorter, CAST($5 AS DOUBLE PRECISION) AS degrees) h
 WHERE t.mode = $1 AND t.private = 0 AND t.suspended_at IS NULL AND t.kind = $6
   AND t.latitude BETWEEN h.lat - h.degrees AND h.lat + h.degrees
   AND (t.longitude - h.lon) * h.shorter BETWEEN -h.degrees AND h.degrees
 ORDER BY (t.latitude - h.lat) * (t.latitude - h.lat)
        + (t.longitude - h.lon) * (t.longitude - h.lon) * h.shorter * h.shorter, t.id LIMIT $7;

-- name: left_since
-- Which of these stations ($2) the person left by their own word since the stay was agreed ($3): they are not added again.
SELECT DISTINCT d.station_id
  FROM json_each(CAST($2 AS TEXT)) j JOIN departure d ON d.station_id = CAST(j.value AS BIGINT)
 WHERE d.subscriber_id = $1 AND d.what = 'left' AND d.at >= $3;

-- name: extend
-- The stay is there longer, or shorter, than was thought.
UPDATE subscription SET valid_until = $3 WHERE station_id = $1 AND subscriber_id = $2;

-- name: own
-- Whether any station has the person by their own word, or by a list.
SELECT station_id FROM subscription WHERE subscriber_id = $1 AND consent_source <> 'stay' LIMIT 1;

-- name: of_person
-- Where the person is a guest.
SELECT station_id FROM subscription WHERE subscriber_id = $1 AND consent_source = 'stay' ORDER BY station_id;

-- name: over
-- Guests since gone ($1), a slice.
SELECT station_id, subscriber_id FROM subscription
 WHERE valid_until < $1 AND valid_until < 253402300799000 AND consent_source = 'stay' LIMIT $2;
