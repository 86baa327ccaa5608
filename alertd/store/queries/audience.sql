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
-- The followers of other stations in a zone: of neighbours who signed, of the communes below. $1 are the ranges, as in `count`,
-- $2 the stations, {"id": lowest cell}: 0 takes those everywhere too, 1 only those with a place.
SELECT group_concat(p.subscriber_id << 20 | p.channels) AS packed
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN json_each(CAST($1 AS TEXT)) r CROSS JOIN reach p
 WHERE CAST(r.value AS BIGINT) >= CAST(s.value AS BIGINT)
   AND p.station_id = CAST(s.key AS BIGINT) AND p.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
   AND (p.topics & $3) <> 0 AND p.min_level <= $4 AND p.exercises >= $5 AND p.valid_until > (SELECT now_ms());

-- name: by_station
-- The same, station by station: who of each is there.
SELECT p.station_id, group_concat(p.subscriber_id) AS packed
  FROM json_each(CAST($2 AS TEXT)) s CROSS JOIN json_each(CAST($1 AS TEXT)) r CROSS JOIN reach p
 WHERE CAST(r.value AS BIGINT) >= CAST(s.value AS BIGINT)
   AND p.station_id = CAST(s.key AS BIGINT) AND p.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
   AND (p.topics & $3) <> 0 AND p.min_level <= $4 AND p.exercises >= $5 AND p.valid_until > (SELECT now_ms())
 GROUP BY p.station_id;

-- name: hexagons
-- Roughly where a station's people are, for the map of the form: how many in each large cell, which is what the cells of its
-- places have in common above their last $2 bits. Whoever gave no place (cell 0) is nowhere; the fullest come first.
SELECT cell >> CAST($2 AS INTEGER) AS prefix, count(DISTINCT subscriber_id) AS n
  FROM reach
 WHERE station_id = $1 AND cell > 0 AND valid_until > (SELECT now_ms())
 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $3;

-- name: reached_in_zone
-- Whom a message was for and whom it reached, in large cells ($3, as `hexagons`), of an event's ($5) zone: by the places that lie
-- in it. A person counts once in each cell, as reached when one of their deliveries was accepted; for the map, never for an id.
SELECT prefix, count(*) AS people, sum(reached) AS reached
  FROM (SELECT p.cell >> CAST($3 AS INTEGER) AS prefix, p.subscriber_id, max(CASE WHEN d.state IN (4, 5, 6) THEN 1 ELSE 0 END) AS reached
          FROM event_range r CROSS JOIN reach p CROSS JOIN delivery d
         WHERE r.event_id = $5 AND r.lo > 0 AND p.station_id = $2 AND p.cell BETWEEN r.lo AND r.hi
           AND d.message_id = $1 AND d.endpoint_id BETWEEN p.subscriber_id * 256 AND p.subscriber_id * 256 + 255
         GROUP BY 1, 2) each
 GROUP BY prefix ORDER BY 2 DESC, 1 LIMIT $4;

-- name: reached_in_station
-- The same of a message to the whole station: by all places.
SELECT prefix, count(*) AS people, sum(reached) AS reached
  FROM (SELECT p.cell >> CAST($3 AS INTEGER) AS prefix, p.subscriber_id, max(CASE WHEN d.state IN (4, 5, 6) THEN 1 ELSE 0 END) AS reached
          FROM reach p CROSS JOIN delivery d
         WHERE p.station_id = $2 AND p.cell > 0
           AND d.message_id = $1 AND d.endpoint_id BETWEEN p.subscriber_id * 256 AND p.subscriber_id * 256 + 255
         GROUP BY 1, 2) each
 GROUP BY prefix ORDER BY 2 DESC, 1 LIMIT $4;

-- name: count_reached_before
-- Whom an end or a cancel concerns: every endpoint with an attempt that is not proven unsent, once.
SELECT channel, count(*) AS n
  FROM (SELECT DISTINCT d.endpoint_id, d.channel
          FROM message m CROSS JOIN delivery d
         WHERE m.alert_id = $1 AND d.message_id = m.id
           AND (d.state IN (2, 3, 4, 5, 6) OR d.doubtful = 1
                OR d.state = 9 AND d.channel <> 3 AND EXISTS (SELECT 1 FROM attempt t WHERE t.message_id = d.message_id
                                                                 AND t.endpoint_id = d.endpoint_id AND t.outcome = 'accepted'))) reached
 GROUP BY channel;

-- name: foresee
-- Nothing is asked: SQLite walks the smallest index of all endpoints, which is the one that fan-out looks people up in, page by page
-- in its order. Where that had to be read from the disk for each person who comes by, the disk was waited for each time.
SELECT count(*) AS n FROM endpoint;

-- name: latest
-- The latest hour at which anybody joined, by the clock that there was then. Where that lies ahead, the clock was set back since:
-- whoever joined in the hours taken away did so before all that is released now. Read whole, once in a node's life.
SELECT max(latest) AS latest
  FROM (SELECT max(since) AS latest FROM subscription UNION ALL SELECT max(created_at) AS latest FROM place) dates;

-- name: of_zone
-- The people of a ring ($2) as one text of numbers, once for each place that matches: later joiners ($6, as_of) are out, ended
-- places still count if they held at the release ($9). $8 is the lowest cell: 0 takes those everywhere too, 1 only those with a place.
-- Rows would cost more than the scan does.
SELECT group_concat(p.subscriber_id) AS packed
  FROM event_range r CROSS JOIN reach p
 WHERE r.event_id = $1 AND r.ring = $2 AND r.hi >= $8 AND p.station_id = $3 AND p.cell BETWEEN r.lo AND r.hi
   AND (p.topics & $4) <> 0 AND p.min_level <= $5 AND p.exercises >= $7
   AND p.since <= $6 AND p.valid_until > $9;

-- name: of_station
-- A slice of a station's people behind $2: the same conditions as reach has, a topic wanted at one place alone included; of a place's
-- mask only the catalogue's bits count (54 to 61 are each station's own).
SELECT group_concat(subscriber_id) AS packed
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
-- A slice of a group's people behind $3; being on the list is the choice of topic.
SELECT group_concat(subscriber_id) AS packed
  FROM (SELECT m.subscriber_id
          FROM group_member m CROSS JOIN subscription s CROSS JOIN subscriber b
         WHERE m.group_id = $1 AND m.subscriber_id > $3 AND m.subscriber_id <= $8 AND s.station_id = $2 AND s.subscriber_id = m.subscriber_id
           AND s.min_level <= $4 AND s.exercises >= $6 AND s.since <= $5 AND s.valid_until > $9
           AND b.id = s.subscriber_id AND b.hidden = 0 AND b.valid_until > $9
         ORDER BY m.subscriber_id LIMIT $7) found;

-- name: station_cut
-- Where a piece of a station behind $2 is cut, if there are more than $3 people: by the key alone, whoever is meant of them.
SELECT subscriber_id AS id FROM subscription WHERE station_id = $1 AND subscriber_id > $2
 ORDER BY subscriber_id LIMIT 1 OFFSET $3;

-- name: group_cut
-- Where a piece of a group is cut.
SELECT subscriber_id AS id FROM group_member WHERE group_id = $1 AND subscriber_id > $2
 ORDER BY subscriber_id LIMIT 1 OFFSET $3;

-- name: add
-- Noted, where an update asks who is still concerned.
INSERT INTO audience (message_id, ring, subscriber_id)
SELECT $1, $2, CAST(value AS BIGINT) FROM json_each(CAST($3 AS TEXT)) WHERE TRUE
    ON CONFLICT DO NOTHING;

-- name: groups_of_station
-- Which of these groups are this station's.
SELECT id, name FROM "group" WHERE station_id = $1 AND id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)));

-- name: ungreeted
-- Of these stations' people ($1; $2 speaks) whoever was taken over from a list and never written to by SMS, once for each number
-- that an SMS would go to (all for danger, $3 = 1, else the first), by whom they follow: who speaks, else the first of the others.
SELECT station_id, group_concat(subscriber_id) AS packed
  FROM (SELECT e.id, e.subscriber_id,
               CASE WHEN max(CASE WHEN s.station_id = $2 THEN 1 ELSE 0 END) = 1 THEN $2 ELSE min(s.station_id) END AS station_id
          FROM endpoint e CROSS JOIN subscription s
         WHERE e.state = 1 AND e.greeted_at IS NULL AND e.proven_at IS NULL AND e.channel = 0
           AND s.subscriber_id = e.subscriber_id
           AND s.station_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
           AND ($3 = 1 OR NOT EXISTS (SELECT 1 FROM endpoint o
                                       WHERE o.subscriber_id = e.subscriber_id AND o.channel = 0 AND o.state = 1 AND o.id < e.id))
         GROUP BY e.id, e.subscriber_id) found
 GROUP BY station_id;

-- name: tongues
-- Who reads another language than French, by language, the first million: where they are few beside an audience the price asks for
-- all of them, whom an index holds, and numpy finds its people among them.
SELECT locale, group_concat(id) AS packed
  FROM (SELECT locale, id FROM subscriber WHERE locale <> 'fr' ORDER BY locale, id LIMIT 1000000) others
 GROUP BY locale;

-- name: more_tongues
-- Whether more than $1 people read another language than French: of a few people each is looked up instead. Not counted beyond.
SELECT id FROM subscriber WHERE locale <> 'fr' ORDER BY locale, id LIMIT 1 OFFSET $1;

-- name: tongues_of
-- The same of a few people ($1): each is looked up.
SELECT b.locale, group_concat(b.id) AS packed
  FROM json_each(CAST($1 AS TEXT)) j CROSS JOIN subscriber b
 WHERE b.id = CAST(j.value AS BIGINT) AND b.locale <> 'fr'
 GROUP BY b.locale;
