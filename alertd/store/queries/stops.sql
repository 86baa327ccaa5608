-- STOP and START by SMS: what one ends, and the other brings back.

-- name: endpoint
-- Whose number it is ($1, its keyed hash): the one that is written to, else the latest that was. Two arms, since each has
-- its own index.
SELECT e.id, e.subscriber_id, e.state, e.stop_at, s.locale
  FROM (SELECT id, subscriber_id, state, stop_at FROM endpoint WHERE address_hash = $1 AND mode = $2 AND state < 2
        UNION ALL
        SELECT id, subscriber_id, state, stop_at FROM endpoint WHERE address_hash = $1 AND mode = $2 AND state >= 2) e
  JOIN subscriber s ON s.id = e.subscriber_id
 ORDER BY CASE WHEN e.state < 2 THEN 0 ELSE 1 END, e.id DESC LIMIT 1;

-- name: stations
-- Who has the person now, by name, with the latest message that left to the endpoint ($1) by one of the senders $3; each
-- station's own messages are walked, newest first, and no other's; `last_beside` is the latest of another station whose alert
-- was for its followers too, where the person does not follow that one.
SELECT st.id, st.name,
       (SELECT m.id FROM message m
          JOIN attempt a ON a.message_id = m.id AND a.endpoint_id = $1
         WHERE m.station_id = st.id AND coalesce(a.outcome, 'unknown') IN ('unknown', 'accepted', 'delivered', 'seen')
           AND a.sender_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($3 AS TEXT)))
         ORDER BY m.station_id DESC, m.id DESC LIMIT 1) AS last_message,
       (SELECT max(m.id) FROM alert_beside c
          JOIN message m ON m.alert_id = c.alert_id
          JOIN attempt a ON a.message_id = m.id AND a.endpoint_id = $1
         WHERE c.station_id = st.id AND coalesce(a.outcome, 'unknown') IN ('unknown', 'accepted', 'delivered', 'seen')
           AND a.sender_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($3 AS TEXT)))
           AND NOT EXISTS (SELECT 1 FROM subscription o WHERE o.station_id = m.station_id AND o.subscriber_id = $2)) AS last_beside
  FROM subscription s JOIN station st ON st.id = s.station_id
 WHERE s.subscriber_id = $2 AND s.valid_until > now_ms()
 ORDER BY st.name, st.id LIMIT 50;

-- name: parted
-- What STOPs from this endpoint ($1) ended since $3, and nobody has taken up again; newest first.
SELECT p.station_id, p.ended_at, st.name
  FROM parted p JOIN station st ON st.id = p.station_id
 WHERE p.subscriber_id = $2 AND p.endpoint_id = $1 AND p.ended_at > $3 AND p.valid_until > now_ms()
   AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.station_id = p.station_id AND s.subscriber_id = p.subscriber_id)
 ORDER BY p.ended_at DESC, p.station_id LIMIT 50;

-- name: groups
-- The station's lists that hold the person.
SELECT g.id FROM group_member m JOIN "group" g ON g.id = m.group_id
 WHERE g.station_id = $1 AND m.subscriber_id = $2 ORDER BY g.id LIMIT 500;

-- name: forget_parting
-- An earlier parting from the same station says nothing more.
DELETE FROM parted WHERE station_id = $1 AND subscriber_id = $2;

-- name: part
-- The subscription as it stood, before it ends: $3 is the endpoint, $4 the proof, $5 the groups, $6 when, or null for now.
INSERT INTO parted (station_id, subscriber_id, endpoint_id, ended_at, proof, scope, topics, min_level, exercises, valid_until,
                    ref, name, callback, key_id, consent_source, consent_at, consent_proof, groups)
SELECT station_id, subscriber_id, $3, coalesce(CAST($6 AS BIGINT), now_ms()), $4, scope, topics, min_level, exercises, valid_until,
       ref, name, callback, key_id, consent_source, consent_at, consent_proof, $5
  FROM subscription WHERE station_id = $1 AND subscriber_id = $2;

-- name: resume
-- As it stood, from now on, by the person's own word ($3); the station's key stays free where somebody else was given it.
INSERT INTO subscription (station_id, subscriber_id, scope, topics, min_level, exercises, since, valid_until, ref, name, callback,
                          key_id, consent_source, consent_at, consent_proof)
SELECT p.station_id, p.subscriber_id, p.scope, p.topics, p.min_level, p.exercises, now_ms(), p.valid_until,
       CASE WHEN EXISTS (SELECT 1 FROM subscription o WHERE o.station_id = p.station_id AND o.ref = p.ref) THEN NULL ELSE p.ref END,
       p.name, p.callback, p.key_id, 'sms', now_ms(), $3
  FROM parted p WHERE p.station_id = $1 AND p.subscriber_id = $2;

-- name: regroup
-- Back into those of the lists that the station still has.
INSERT INTO group_member (group_id, subscriber_id)
SELECT g.id, p.subscriber_id
  FROM parted p CROSS JOIN json_each(CAST(p.groups AS TEXT)) j JOIN "group" g ON g.id = CAST(j.value AS BIGINT) AND g.station_id = p.station_id
 WHERE p.station_id = $1 AND p.subscriber_id = $2
    ON CONFLICT (group_id, subscriber_id) DO NOTHING;

-- name: end_endpoint
-- Nothing is written to it any more, by any station.
UPDATE endpoint SET state = 2, closed_at = now_ms(), stop_at = now_ms() WHERE id = $1 AND state < 2;

-- name: revive_endpoint
-- What a STOP ended, unless somebody has the number now.
UPDATE endpoint SET state = 1, closed_at = NULL, stop_at = NULL
 WHERE id = $1 AND state = 2 AND stop_at IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM endpoint o WHERE o.address_hash = endpoint.address_hash AND o.mode = endpoint.mode AND o.state < 2);

-- name: over
-- Partings older than $1, a slice: an objection is remembered for three years, and no longer.
SELECT station_id, subscriber_id FROM parted WHERE ended_at < $1 ORDER BY ended_at LIMIT $2;

-- name: abandoned
-- Of these people those whom nobody has any more, and of whom nothing else is remembered.
SELECT b.id FROM json_each(CAST($1 AS TEXT)) j CROSS JOIN subscriber b
 WHERE b.id = CAST(j.value AS BIGINT)
   AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.subscriber_id = b.id)
   AND NOT EXISTS (SELECT 1 FROM parted p WHERE p.subscriber_id = b.id)
   AND NOT EXISTS (SELECT 1 FROM operator o WHERE o.subscriber_id = b.id);
