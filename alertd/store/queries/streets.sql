-- A station's own address list. It is replaced whole, in one transaction.

-- name: add
-- A street or a hamlet, by name.
INSERT INTO street (id, station_id, name, commune, kind, folded, points, latitude, longitude)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: add_gram
-- By which its name is found.
INSERT INTO street_gram (station_id, gram, street_id) VALUES ($1, $2, $3);

-- name: add_block
-- Neighbours whose coverage is told together.
INSERT INTO address_block (id, station_id, label, points) VALUES ($1, $2, $3, $4);

-- name: add_point
-- A door.
INSERT INTO address_point (station_id, cell, id, street_id, block_id, number, latitude, longitude)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: forget_points
-- The list before.
DELETE FROM address_point WHERE station_id = $1;

-- name: forget_blocks
-- The list before.
DELETE FROM address_block WHERE station_id = $1;

-- name: forget_grams
-- The list before.
DELETE FROM street_gram WHERE station_id = $1;

-- name: forget
-- The list before.
DELETE FROM street WHERE station_id = $1;

-- name: of_station
-- What the form lists: hamlets first, then streets, by name.
SELECT id, name, commune, kind, points, latitude, longitude FROM street WHERE station_id = $1 ORDER BY kind, name, id LIMIT $2;

-- name: match
-- The names of the station ($1) that share most signs with what was typed ($2, its grams): the nearest come from these.
SELECT s.id, s.name, s.commune, s.kind, s.points, s.latitude, s.longitude
  FROM (SELECT street_id, count(*) AS shared FROM street_gram
         WHERE station_id = $1 AND gram IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
         GROUP BY street_id) g
  JOIN street s ON s.id = g.street_id
 ORDER BY g.shared DESC, length(s.folded), s.id LIMIT $3;

-- name: one
-- What a form sends back: of this station only.
SELECT id, name, commune, kind, points, latitude, longitude FROM street WHERE station_id = $1 AND id = $2;

-- name: doors
-- Of one street, to find a number or the nearest.
SELECT number, latitude, longitude FROM address_point WHERE street_id = $1 ORDER BY id LIMIT 2000;

-- name: at
-- What is exactly here ($3, $4; $2 is the cell): a street by its middle, else a door.
SELECT id, name, commune, kind, points, number, latitude, longitude
  FROM (SELECT id, name, commune, kind, points, '' AS number, latitude, longitude, CAST(0 AS BIGINT) AS place
          FROM street WHERE station_id = $1 AND latitude = $3 AND longitude = $4
        UNION ALL
        SELECT s.id, s.name, s.commune, s.kind, s.points, p.number, p.latitude, p.longitude, CAST(1 AS BIGINT) AS place
          FROM address_point p JOIN street s ON s.id = p.street_id
         WHERE p.station_id = $1 AND p.cell = $2 AND p.latitude = $3 AND p.longitude = $4) found
 ORDER BY place, id LIMIT 1;
