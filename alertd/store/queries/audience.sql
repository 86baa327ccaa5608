-- name: count
-- Whom a target reaches after all filters, as one text of numbers `subscriber << 20 | channels`, a person once for each
-- place or group that matches: numpy makes people of them, since SQLite needs three times as long to drop the doubles and
-- to add up, and rows cost Python more than the scan does. Three arms, of which a target uses one: ranges of cells
-- ($1, {"lo": hi}), the whole station ($2 = 1), groups ($3). CROSS JOIN keeps SQLite from walking the station's reach once
-- for each range; `(SELECT now_ms())` asks the clock once, not for each row.
SELECT group_concat(person) AS packed
  FROM (SELECT p.subscriber_id << 20 | p.channels AS person
          FROM json_each(CAST($1 AS TEXT)) r CROSS JOIN reach p
         WHERE p.station_id = $4 AND p.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
           AND (p.topics & $5) <> 0 AND p.min_level <= $6 AND p.exercises >= $7 AND p.valid_until > (SELECT now_ms())
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

-- name: count_reached_before
-- Whom an end or a cancel concerns: every endpoint with an attempt that is not proven unsent, once.
SELECT channel, count(*) AS n
  FROM (SELECT DISTINCT d.endpoint_id, d.channel
          FROM message m CROSS JOIN delivery d
         WHERE m.alert_id = $1 AND d.message_id = m.id AND (d.state IN (2, 3, 4, 5, 6) OR d.doubtful = 1)) reached
 GROUP BY channel;

-- name: zone_boundary
-- Where the next slice of a ring ends: the place $6 rows on, in the order of ranges, cells and subscribers. Range and
-- cursor are one bound each: given two, PostgreSQL may walk by the cursor's, all of the station once for each range.
SELECT p.cell, p.subscriber_id
  FROM event_range r CROSS JOIN reach p
 WHERE r.event_id = $1 AND r.ring = $2 AND r.hi >= $4 AND p.station_id = $3
   AND p.cell BETWEEN CASE WHEN r.lo > $4 THEN r.lo ELSE $4 END AND r.hi
   AND (p.cell > $4 OR p.subscriber_id > $5)
 ORDER BY r.lo, p.cell, p.subscriber_id
 LIMIT 1 OFFSET $6;

-- name: add_zone
-- One slice of a ring's people, each once; later joiners ($11, as_of) are out, ended places still count if they held then.
INSERT INTO audience (message_id, ring, subscriber_id)
SELECT $1, $3, p.subscriber_id
  FROM event_range r CROSS JOIN reach p
 WHERE r.event_id = $2 AND r.ring = $3 AND r.hi >= $5 AND r.lo <= $7
   AND p.station_id = $4
   AND p.cell BETWEEN CASE WHEN r.lo > $5 THEN r.lo ELSE $5 END AND CASE WHEN r.hi < $7 THEN r.hi ELSE $7 END
   AND (p.cell > $5 OR p.subscriber_id > $6)
   AND (p.cell < $7 OR p.subscriber_id <= $8)
   AND (p.topics & $9) <> 0 AND p.min_level <= $10 AND p.exercises >= $12
   AND p.since <= $11 AND p.valid_until > $11
    ON CONFLICT DO NOTHING;

-- name: station_boundary
-- The same for a whole station: the subscriber $3 rows on.
SELECT subscriber_id FROM subscription WHERE station_id = $1 AND subscriber_id > $2 ORDER BY subscriber_id LIMIT 1 OFFSET $3;

-- name: add_station
-- One slice of a station's people: the same conditions as reach has, a topic wanted at one place alone included.
INSERT INTO audience (message_id, ring, subscriber_id)
SELECT $1, 0, s.subscriber_id
  FROM subscription s JOIN subscriber b ON b.id = s.subscriber_id
 WHERE s.station_id = $2 AND s.subscriber_id > $3 AND s.subscriber_id <= $4
   AND ((s.topics & $5) <> 0 OR (s.scope = 'places' AND EXISTS (
         SELECT 1 FROM place q
          WHERE q.subscriber_id = s.subscriber_id AND (q.topics & $5) <> 0 AND q.created_at <= $7 AND q.ended_at > $7)))
   AND s.min_level <= $6 AND s.exercises >= $8 AND s.since <= $7 AND s.valid_until > $7
   AND b.hidden = 0 AND b.valid_until > $7
    ON CONFLICT DO NOTHING;

-- name: group_boundary
-- The same for a group.
SELECT subscriber_id FROM group_member WHERE group_id = $1 AND subscriber_id > $2 ORDER BY subscriber_id LIMIT 1 OFFSET $3;

-- name: add_group
-- One slice of a group's people; being on the list is the choice of topic.
INSERT INTO audience (message_id, ring, subscriber_id)
SELECT $1, 0, s.subscriber_id
  FROM group_member m CROSS JOIN subscription s CROSS JOIN subscriber b
 WHERE m.group_id = $2 AND m.subscriber_id > $3 AND m.subscriber_id <= $4
   AND s.station_id = $5 AND s.subscriber_id = m.subscriber_id
   AND s.min_level <= $6 AND s.exercises >= $8 AND s.since <= $7 AND s.valid_until > $7
   AND b.id = s.subscriber_id AND b.hidden = 0 AND b.valid_until > $7
    ON CONFLICT DO NOTHING;

-- name: boundary
-- Where the next slice of a message's audience ends.
SELECT subscriber_id FROM audience
 WHERE message_id = $1 AND ring = $2 AND subscriber_id > $3
 ORDER BY subscriber_id LIMIT 1 OFFSET $4;

-- name: groups_of_station
-- Which of these groups are this station's.
SELECT id, name FROM "group" WHERE station_id = $1 AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)));

-- name: any_ungreeted
-- Whether anybody of this station was taken over from a list and never written to by SMS.
SELECT s.subscriber_id
  FROM endpoint e CROSS JOIN subscription s
 WHERE e.state = 1 AND e.greeted_at IS NULL AND e.proven_at IS NULL AND e.channel = 0
   AND s.subscriber_id = e.subscriber_id AND s.station_id = $1
 LIMIT 1;
