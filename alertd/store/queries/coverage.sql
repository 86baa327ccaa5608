-- Address points beside homes. Lists come packed in texts, which numpy reads: rows would cost Python more than the scan does.

-- name: blocks_in
-- The blocks that have address points in a zone ($2, {"lo": hi}), and how many.
SELECT p.block_id, count(*) AS n
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN address_point p
 WHERE p.station_id = $1 AND p.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
 GROUP BY p.block_id;

-- name: points_of
-- Every address point of these blocks ($2, a list), those outside the zone too: a block is judged whole.
SELECT group_concat(p.cell) AS cells, group_concat(p.block_id) AS blocks,
       group_concat(p.latitude) AS latitudes, group_concat(p.longitude) AS longitudes
  FROM json_each(CAST($2 AS TEXT)) b CROSS JOIN address_point p
 WHERE p.block_id = CAST(b.value AS BIGINT) AND p.station_id = $1;

-- name: homes
-- The cells of homes in these ranges ($2) whose people this content reaches: as `audience.count`, with an endpoint on a chosen
-- channel ($6). Tourists' places are no homes.
SELECT group_concat(p.cell) AS packed
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN reach p CROSS JOIN place q
 WHERE p.station_id = $1 AND p.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
   AND (p.topics & $3) <> 0 AND p.min_level <= $4 AND p.exercises >= $5 AND (p.channels & $6) <> 0
   AND p.valid_until > (SELECT now_ms())
   AND q.subscriber_id = p.subscriber_id AND q.ordinal = p.ordinal AND q.kind = 'home';

-- name: visitors
-- How many people are in a zone ($2) for a stay, or just now, whom this content reaches.
SELECT count(DISTINCT p.subscriber_id) AS n
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN reach p CROSS JOIN place q
 WHERE p.station_id = $1 AND p.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
   AND (p.topics & $3) <> 0 AND p.min_level <= $4 AND p.exercises >= $5 AND (p.channels & $6) <> 0
   AND p.valid_until > (SELECT now_ms())
   AND q.subscriber_id = p.subscriber_id AND q.ordinal = p.ordinal AND q.kind IN ('stay', 'current');

-- name: labels
-- What the blocks ($2, a list) are called, as far as anyone reads.
SELECT label FROM address_block
 WHERE station_id = $1 AND points >= $3 AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
 ORDER BY label, id LIMIT $4;
