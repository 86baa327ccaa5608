-- Zones are matched range by range through reach's key. PostgreSQL, as long as it has no statistics of a new station, would
-- rather read the whole of it and compare each place with each range: seconds for 12,000 people. OFFSET 0 keeps it from
-- that: a subquery with one is not flattened. https://www.postgresql.org/docs/current/planner-stats.html

-- name: count
-- As on SQLite: `subscriber << 20 | channels`, a person once for each place or group that matches.
SELECT string_agg(CAST(person AS TEXT), ',') AS packed
  FROM (SELECT p.subscriber_id << 20 | p.channels AS person
          FROM json_each(CAST($1 AS TEXT)) r CROSS JOIN LATERAL (
                 SELECT i.subscriber_id, i.channels FROM reach i
                  WHERE i.station_id = $4 AND i.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
                    AND (i.topics & $5) <> 0 AND i.min_level <= $6 AND i.exercises >= $7 AND i.valid_until > now_ms()
                 OFFSET 0) p
        UNION ALL
        SELECT s.subscriber_id << 20 | s.channels
          FROM subscription s JOIN subscriber b ON b.id = s.subscriber_id
         WHERE $2 = 1 AND s.station_id = $4
           AND ((s.topics & $5) <> 0 OR (s.scope = 'places' AND EXISTS (
                 SELECT 1 FROM place q
                  WHERE q.subscriber_id = s.subscriber_id AND (q.topics & $5) <> 0 AND q.ended_at > (SELECT now_ms()))))
           AND s.min_level <= $6 AND s.exercises >= $7 AND s.valid_until > (SELECT now_ms())
           AND b.hidden = 0 AND b.valid_until > (SELECT now_ms())
        UNION ALL
        SELECT s.subscriber_id << 20 | s.channels
          FROM json_each(CAST($3 AS TEXT)) g CROSS JOIN group_member m CROSS JOIN subscription s CROSS JOIN subscriber b
         WHERE m.group_id = CAST(g.value AS BIGINT) AND s.station_id = $4 AND s.subscriber_id = m.subscriber_id
           AND s.min_level <= $6 AND s.exercises >= $7 AND s.valid_until > (SELECT now_ms())
           AND b.id = s.subscriber_id AND b.hidden = 0 AND b.valid_until > (SELECT now_ms())) found;

-- name: zone_boundary
-- As on SQLite: the place $6 rows on.
SELECT p.cell, p.subscriber_id
  FROM event_range r CROSS JOIN LATERAL (
         SELECT i.cell, i.subscriber_id FROM reach i
          WHERE i.station_id = $3 AND i.cell BETWEEN CASE WHEN r.lo > $4 THEN r.lo ELSE $4 END AND r.hi
            AND (i.cell > $4 OR i.subscriber_id > $5)
         OFFSET 0) p
 WHERE r.event_id = $1 AND r.ring = $2 AND r.hi >= $4
 ORDER BY r.lo, p.cell, p.subscriber_id
 LIMIT 1 OFFSET $6;

-- name: add_zone
-- As on SQLite: one slice of a ring's people, each once.
INSERT INTO audience (message_id, ring, subscriber_id)
SELECT $1, $3, p.subscriber_id
  FROM event_range r CROSS JOIN LATERAL (
         SELECT i.subscriber_id FROM reach i
          WHERE i.station_id = $4
            AND i.cell BETWEEN CASE WHEN r.lo > $5 THEN r.lo ELSE $5 END AND CASE WHEN r.hi < $7 THEN r.hi ELSE $7 END
            AND (i.cell > $5 OR i.subscriber_id > $6)
            AND (i.cell < $7 OR i.subscriber_id <= $8)
            AND (i.topics & $9) <> 0 AND i.min_level <= $10 AND i.exercises >= $12
            AND i.since <= $11 AND i.valid_until > $11
         OFFSET 0) p
 WHERE r.event_id = $2 AND r.ring = $3 AND r.hi >= $5 AND r.lo <= $7
    ON CONFLICT DO NOTHING;
