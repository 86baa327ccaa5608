-- Zones are matched range by range through reach's key. PostgreSQL, as long as it has no statistics of a new station, would
-- rather read the whole of it and compare each place with each range: seconds for 12,000 people. OFFSET 0 keeps it from
-- that: a subquery with one is not flattened. https://www.postgresql.org/docs/current/planner-stats.html
-- `(SELECT now_ms())` asks the clock once, not for each place: it was half of a count.

-- name: count
-- As on SQLite: `subscriber << 20 | channels`, a person once for each place or group that matches.
SELECT string_agg(CAST(person AS TEXT), ',') AS packed
  FROM (SELECT p.subscriber_id << 20 | p.channels AS person
          FROM json_each(CAST($1 AS TEXT)) r CROSS JOIN LATERAL (
                 SELECT i.subscriber_id, i.channels FROM reach i
                  WHERE i.station_id = $4 AND i.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
                    AND (i.topics & $5) <> 0 AND i.min_level <= $6 AND i.exercises >= $7 AND i.valid_until > (SELECT now_ms())
                 OFFSET 0) p
        UNION ALL
        SELECT s.subscriber_id << 20 | s.channels
          FROM subscription s JOIN subscriber b ON b.id = s.subscriber_id
         WHERE $2 = 1 AND s.station_id = $4
           AND ((s.topics & $5) <> 0 OR (s.scope = 'places' AND EXISTS (
                 SELECT 1 FROM place q
                  WHERE q.subscriber_id = s.subscriber_id AND (q.topics & $5 & ~CAST(4593671619917905920 AS BIGINT)) <> 0 AND q.ended_at > (SELECT now_ms()))))
           AND s.min_level <= $6 AND s.exercises >= $7 AND s.valid_until > (SELECT now_ms())
           AND b.hidden = 0 AND b.valid_until > (SELECT now_ms())
        UNION ALL
        SELECT s.subscriber_id << 20 | s.channels
          FROM json_each(CAST($3 AS TEXT)) g CROSS JOIN group_member m CROSS JOIN subscription s CROSS JOIN subscriber b
         WHERE m.group_id = CAST(g.value AS BIGINT) AND s.station_id = $4 AND s.subscriber_id = m.subscriber_id
           AND s.min_level <= $6 AND s.exercises >= $7 AND s.valid_until > (SELECT now_ms())
           AND b.id = s.subscriber_id AND b.hidden = 0 AND b.valid_until > (SELECT now_ms())) found;

-- name: count_beside
-- As on SQLite.
SELECT string_agg(CAST(p.subscriber_id << 20 | p.channels AS TEXT), ',') AS packed
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN json_each(CAST($1 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT i.subscriber_id, i.channels FROM reach i
          WHERE i.station_id = CAST(s.key AS BIGINT) AND i.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
            AND (i.topics & $3) <> 0 AND i.min_level <= $4 AND i.exercises >= $5 AND i.valid_until > (SELECT now_ms())
         OFFSET 0) p
 WHERE CAST(r.value AS BIGINT) >= CAST(s.value AS BIGINT);

-- name: by_station
-- As on SQLite.
SELECT p.station_id, string_agg(CAST(p.subscriber_id AS TEXT), ',') AS packed
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN json_each(CAST($1 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT i.station_id, i.subscriber_id FROM reach i
          WHERE i.station_id = CAST(s.key AS BIGINT) AND i.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
            AND (i.topics & $3) <> 0 AND i.min_level <= $4 AND i.exercises >= $5 AND i.valid_until > (SELECT now_ms())
         OFFSET 0) p
 WHERE CAST(r.value AS BIGINT) >= CAST(s.value AS BIGINT)
 GROUP BY p.station_id;

-- name: foresee
-- Nothing at all: PostgreSQL would read the table itself, many times as large, and several processes wait for its disk at once.
SELECT CAST(0 AS BIGINT) AS n;

-- name: of_zone
-- As on SQLite.
SELECT string_agg(CAST(p.subscriber_id AS TEXT), ',') AS packed
  FROM event_range r CROSS JOIN LATERAL (
         SELECT i.subscriber_id FROM reach i
          WHERE i.station_id = $3 AND i.cell BETWEEN r.lo AND r.hi
            AND (i.topics & $4) <> 0 AND i.min_level <= $5 AND i.exercises >= $7
            AND i.since <= $6 AND i.valid_until > $9
         OFFSET 0) p
 WHERE r.event_id = $1 AND r.ring = $2 AND r.hi >= $8;

-- name: of_station
-- As on SQLite.
SELECT string_agg(CAST(subscriber_id AS TEXT), ',') AS packed
  FROM (SELECT s.subscriber_id
          FROM subscription s JOIN subscriber b ON b.id = s.subscriber_id
         WHERE s.station_id = $1 AND s.subscriber_id > $2 AND s.subscriber_id <= $8
           AND ((s.topics & $3) <> 0 OR (s.scope = 'places' AND EXISTS (
                 SELECT 1 FROM place q
                  WHERE q.subscriber_id = s.subscriber_id AND (q.topics & $3 & ~CAST(4593671619917905920 AS BIGINT)) <> 0 AND q.created_at <= $5 AND q.ended_at > $9)))
           AND s.min_level <= $4 AND s.exercises >= $6 AND s.since <= $5 AND s.valid_until > $9
           AND b.hidden = 0 AND b.valid_until > $9
         ORDER BY s.subscriber_id LIMIT $7) found;

-- name: of_group
-- As on SQLite.
SELECT string_agg(CAST(subscriber_id AS TEXT), ',') AS packed
  FROM (SELECT m.subscriber_id
          FROM group_member m CROSS JOIN subscription s CROSS JOIN subscriber b
         WHERE m.group_id = $1 AND m.subscriber_id > $3 AND m.subscriber_id <= $8 AND s.station_id = $2 AND s.subscriber_id = m.subscriber_id
           AND s.min_level <= $4 AND s.exercises >= $6 AND s.since <= $5 AND s.valid_until > $9
           AND b.id = s.subscriber_id AND b.hidden = 0 AND b.valid_until > $9
         ORDER BY m.subscriber_id LIMIT $7) found;

-- name: ungreeted
-- As on SQLite.
SELECT station_id, string_agg(CAST(subscriber_id AS TEXT), ',') AS packed
  FROM (SELECT e.id, e.subscriber_id,
               CASE WHEN max(CASE WHEN s.station_id = $2 THEN 1 ELSE 0 END) = 1 THEN CAST($2 AS BIGINT) ELSE min(s.station_id) END AS station_id
          FROM endpoint e CROSS JOIN subscription s
         WHERE e.state = 1 AND e.greeted_at IS NULL AND e.proven_at IS NULL AND e.channel = 0
           AND s.subscriber_id = e.subscriber_id
           AND s.station_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
           AND ($3 = 1 OR NOT EXISTS (SELECT 1 FROM endpoint o
                                       WHERE o.subscriber_id = e.subscriber_id AND o.channel = 0 AND o.state = 1 AND o.id < e.id))
         GROUP BY e.id, e.subscriber_id) found
 GROUP BY station_id;

-- name: tongues
-- As on SQLite.
SELECT locale, string_agg(CAST(id AS TEXT), ',') AS packed
  FROM (SELECT locale, id FROM subscriber WHERE locale <> 'fr' ORDER BY locale, id LIMIT 1000000) others
 GROUP BY locale;

-- name: tongues_of
-- As on SQLite.
SELECT b.locale, string_agg(CAST(b.id AS TEXT), ',') AS packed
  FROM json_each(CAST($1 AS TEXT)) j CROSS JOIN subscriber b
 WHERE b.id = CAST(j.value AS BIGINT) AND b.locale <> 'fr'
 GROUP BY b.locale;
