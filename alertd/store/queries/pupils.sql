-- Children on a school's or a club's list, whom their messages go to, and who has read them.

-- name: add
-- Its name is sealed.
INSERT INTO pupil (id, station_id, name, key_id, class_id, bus_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: seat
-- Another line of the bus, or none.
UPDATE pupil SET bus_id = $2 WHERE id = $1;

-- name: add_parent
-- In the order of the list.
INSERT INTO pupil_parent (pupil_id, ordinal, subscriber_id, name, callback, key_id) VALUES ($1, $2, $3, $4, $5, $6);

-- name: drop_parents
-- Before others are written, and before the children go ($1).
DELETE FROM pupil_parent WHERE pupil_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: drop
-- Of one station alone ($2).
DELETE FROM pupil WHERE station_id = $2 AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: of_station
-- All of them, or ($2) those of one list, class or bus.
SELECT id, name, key_id, class_id, bus_id FROM pupil
 WHERE station_id = $1 AND (CAST($2 AS BIGINT) = 0 OR class_id = $2 OR bus_id = $2) ORDER BY id LIMIT 5000;

-- name: parents
-- Of a station's children, in order.
SELECT q.pupil_id, q.ordinal, q.subscriber_id, q.name, q.callback, q.key_id
  FROM pupil p JOIN pupil_parent q ON q.pupil_id = p.id
 WHERE p.station_id = $1 AND (CAST($2 AS BIGINT) = 0 OR p.class_id = $2 OR p.bus_id = $2)
 ORDER BY q.pupil_id, q.ordinal LIMIT 20000;

-- name: cut_members
-- Whoever was in a list because of a child that is in it no more.
DELETE FROM group_member
 WHERE by_pupil = 1 AND group_id IN (SELECT id FROM "group" WHERE station_id = $1)
   AND NOT EXISTS (SELECT 1 FROM pupil_parent q JOIN pupil p ON p.id = q.pupil_id
                    WHERE q.subscriber_id = group_member.subscriber_id
                      AND (p.class_id = group_member.group_id OR p.bus_id = group_member.group_id));

-- name: put_members
-- Whoever has a child in a list is in it, if the station has them.
INSERT INTO group_member (group_id, subscriber_id, by_pupil)
SELECT DISTINCT g.id, q.subscriber_id, 1
  FROM "group" g JOIN pupil p ON p.station_id = g.station_id AND (p.class_id = g.id OR p.bus_id = g.id)
  JOIN pupil_parent q ON q.pupil_id = p.id
  JOIN subscription s ON s.station_id = g.station_id AND s.subscriber_id = q.subscriber_id
 WHERE g.station_id = $1
    ON CONFLICT (group_id, subscriber_id) DO NOTHING;

-- name: move
-- All classes at once, {"from": to}: who moves up is not moved twice.
UPDATE pupil
   SET class_id = (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)) WHERE key = CAST(pupil.class_id AS TEXT))
 WHERE station_id = $1 AND class_id IN (SELECT CAST(key AS BIGINT) FROM json_each(CAST($2 AS TEXT)));

-- name: childless
-- Of these people ($2) those who have no child at the station any more, and are in none of its lists for themselves.
SELECT s.subscriber_id AS id
  FROM json_each(CAST($2 AS TEXT)) j JOIN subscription s ON s.station_id = $1 AND s.subscriber_id = CAST(j.value AS BIGINT)
 WHERE NOT EXISTS (SELECT 1 FROM pupil_parent q JOIN pupil p ON p.id = q.pupil_id
                    WHERE q.subscriber_id = s.subscriber_id AND p.station_id = $1)
   AND NOT EXISTS (SELECT 1 FROM group_member m JOIN "group" g ON g.id = m.group_id
                    WHERE g.station_id = $1 AND m.subscriber_id = s.subscriber_id AND m.by_pupil = 0);

-- name: forget_parent
-- Who leaves a station ($1) is nobody's parent there any more.
DELETE FROM pupil_parent
 WHERE subscriber_id = $2 AND pupil_id IN (SELECT id FROM pupil WHERE station_id = $1);

-- name: erase_parent
-- Nor anywhere.
DELETE FROM pupil_parent WHERE subscriber_id = $1;

-- name: watch
-- Child by child, whether one of its parents has seen a message ($1): in the lists $3, or, where it is for all, by class.
SELECT g.id AS group_id, g.name AS group_name, p.id, p.name, p.key_id,
       CAST(CASE WHEN EXISTS (SELECT 1 FROM pupil_parent q JOIN delivery d ON d.message_id = $1
                            AND d.endpoint_id >= q.subscriber_id << 8 AND d.endpoint_id < (q.subscriber_id + 1) << 8
                          WHERE q.pupil_id = p.id AND d.state = 6) THEN 1 ELSE 0 END AS BIGINT) AS seen
  FROM "group" g JOIN pupil p ON p.station_id = g.station_id AND (p.class_id = g.id OR p.bus_id = g.id)
 WHERE g.station_id = $2
   AND ((CAST($3 AS TEXT) = '[]' AND g.kind = 'class')
        OR g.id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($3 AS TEXT))))
 ORDER BY g.name, g.id, p.id LIMIT 5000;

-- name: message
-- The last that an alert said to those whom it is for, and of which event.
SELECT m.id, e.content FROM message m JOIN event e ON e.id = m.event_id
 WHERE m.alert_id = $1 AND m.act IN ('alert', 'update') ORDER BY m.id DESC LIMIT 1;

-- name: of_person
-- What schools and clubs keep of a person as somebody's parent; without a name where it is kept beside another address.
SELECT p.id, p.name, p.key_id, s.name AS station, q.ordinal, q.name AS parent, q.callback, q.key_id AS parent_key
  FROM pupil_parent q JOIN pupil p ON p.id = q.pupil_id JOIN station s ON s.id = p.station_id
 WHERE q.subscriber_id = $1 ORDER BY p.id, q.ordinal LIMIT 200;
