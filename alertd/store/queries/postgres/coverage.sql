-- As on SQLite, range by range: OFFSET 0 keeps PostgreSQL from comparing each row with each range (see audience.sql).

-- name: blocks_in
-- As on SQLite.
SELECT p.block_id, count(*) AS n
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT i.block_id FROM address_point i
          WHERE i.station_id = $1 AND i.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
         OFFSET 0) p
 GROUP BY p.block_id;

-- name: points_of
-- As on SQLite.
SELECT string_agg(CAST(p.cell AS TEXT), ',') AS cells, string_agg(CAST(p.block_id AS TEXT), ',') AS blocks,
       string_agg(CAST(p.latitude AS TEXT), ',') AS latitudes, string_agg(CAST(p.longitude AS TEXT), ',') AS longitudes
  FROM address_point p
 WHERE p.station_id = $1 AND p.block_id IN (SELECT CAST(b.value AS BIGINT) FROM json_each(CAST($2 AS TEXT)) b);

-- name: homes
-- As on SQLite.
SELECT string_agg(CAST(p.cell AS TEXT), ',') AS packed
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT i.cell, i.subscriber_id, i.ordinal FROM reach i
          WHERE i.station_id = $1 AND i.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
            AND (i.topics & $3) <> 0 AND i.min_level <= $4 AND i.exercises >= $5 AND (i.channels & $6) <> 0
            AND i.valid_until > (SELECT now_ms())
         OFFSET 0) p
  JOIN place q ON q.subscriber_id = p.subscriber_id AND q.ordinal = p.ordinal AND q.kind = 'home';

-- name: visitors
-- As on SQLite.
SELECT count(DISTINCT p.subscriber_id) AS n
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT i.subscriber_id, i.ordinal FROM reach i
          WHERE i.station_id = $1 AND i.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
            AND (i.topics & $3) <> 0 AND i.min_level <= $4 AND i.exercises >= $5 AND (i.channels & $6) <> 0
            AND i.valid_until > (SELECT now_ms())
         OFFSET 0) p
  JOIN place q ON q.subscriber_id = p.subscriber_id AND q.ordinal = p.ordinal AND q.kind IN ('stay', 'current');
