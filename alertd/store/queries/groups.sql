-- Lists inside a station: a class, a bus line, the elected.

-- name: add
-- Names are unique in a station.
INSERT INTO "group" (id, station_id, name, kind) VALUES ($1, $2, $3, $4);

-- name: find_by_name
-- What the list is called in its station.
SELECT id FROM "group" WHERE station_id = $1 AND name = $2;

-- name: list_of_station
-- With how many people, and how many children, each holds.
SELECT g.id, g.name, g.kind, (SELECT COUNT(*) FROM group_member m WHERE m.group_id = g.id) AS people,
       (SELECT COUNT(*) FROM pupil p WHERE p.class_id = g.id OR p.bus_id = g.id) AS pupils
FROM "group" g WHERE g.station_id = $1 ORDER BY g.name, g.id LIMIT 500;

-- name: put
-- Only people whom the group's station has: nobody can be listed from elsewhere.
INSERT INTO group_member (group_id, subscriber_id)
SELECT g.id, s.subscriber_id
FROM json_each(CAST($2 AS TEXT)) j
CROSS JOIN "group" g
JOIN subscription s ON s.station_id = g.station_id
WHERE g.id = $1 AND s.subscriber_id = CAST(j.value AS BIGINT)
ON CONFLICT DO NOTHING;

-- name: remove
-- Out of the list; the subscription stays.
DELETE FROM group_member WHERE group_id = $1 AND subscriber_id = $2;
