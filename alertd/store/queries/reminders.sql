-- Reminders: once a year whoever was not heard of is told whose alerts they receive.

-- name: due
-- Stations that anybody may join, where it is day ($1, JSON: time zones) and whose people were not all gone through since $2: those
-- looked at longest ago first, so that a great one keeps nobody waiting. A private or suspended one has no page to lead to.
SELECT s.id
  FROM station s LEFT JOIN reminder r ON r.station_id = s.id
 WHERE s.mode = 0 AND s.private = 0 AND s.suspended_at IS NULL AND s.kind <> 'canary'
   AND s.timezone IN (SELECT CAST(value AS TEXT) FROM json_each(CAST($1 AS TEXT)))
   AND (r.done_at IS NULL OR r.done_at < $2)
 ORDER BY coalesce(r.looked_at, 0), s.id LIMIT $3;

-- name: begin
-- A station's first look.
INSERT INTO reminder (station_id, looked_at) VALUES ($1, 0) ON CONFLICT DO NOTHING;

-- name: standing
-- How far it has come; no row where all were gone through since $2.
SELECT subscriber FROM reminder WHERE station_id = $1 AND (done_at IS NULL OR done_at < $2);

-- name: unheard
-- Of a station's people ($1; those behind $2, up to $3) whoever it is to remind: nothing was heard of any address of theirs since $4,
-- none is younger, and they were not reminded since. One station speaks: the oldest that has them for good, is no school's or club's
-- to which they belong as a child's parents (lists are renewed every year), and has a page to lead to. Their ways, the least costly
-- first: a notification, unless the telephone was asked silently before $5 and stayed mute; an e-mail; that notification; an SMS.
SELECT b.id AS person, b.quiet, e.id, e.channel, e.kind
  FROM subscription s CROSS JOIN subscriber b CROSS JOIN endpoint e
 WHERE s.station_id = $1 AND s.subscriber_id > $2 AND s.subscriber_id <= $3 AND s.valid_until >= 253402300799000
   AND b.id = s.subscriber_id AND b.mode = 0 AND b.hidden = 0 AND b.valid_until >= 253402300799000 AND coalesce(b.reminded_at, 0) < $4
   AND e.subscriber_id = b.id AND e.state = 1 AND e.channel IN (0, 1, 2)
   AND NOT EXISTS (SELECT 1 FROM endpoint h WHERE h.subscriber_id = b.id AND (h.heard_at >= $4 OR h.proven_at >= $4 OR h.created_at >= $4))
   AND s.station_id = (SELECT o.station_id FROM subscription o JOIN station t ON t.id = o.station_id
                        WHERE o.subscriber_id = b.id AND o.valid_until >= 253402300799000
                          AND t.private = 0 AND t.suspended_at IS NULL AND t.kind <> 'canary'
                          AND NOT EXISTS (SELECT 1 FROM pupil_parent q JOIN pupil p ON p.id = q.pupil_id
                                           WHERE q.subscriber_id = b.id AND p.station_id = o.station_id)
                        ORDER BY o.since, o.station_id LIMIT 1)
 ORDER BY b.id, CASE WHEN e.channel = 1 AND e.kind = 1 AND e.probed_at < $5 AND e.probed_at >= coalesce(e.heard_at, e.proven_at, 0) THEN 2
                     WHEN e.channel = 1 THEN 0 WHEN e.channel = 2 THEN 1 ELSE 3 END, e.id;

-- name: mark
-- Whoever is first to say so reminds them: nobody was reminded since $2.
UPDATE subscriber SET reminded_at = now_ms() WHERE id = $1 AND coalesce(reminded_at, 0) < $2;

-- name: advance
-- The cursor ($2) moves in the transaction of its messages; $3 = 1: nobody is behind it. $5 were reminded, in the year $4.
-- $6 = 0: the hour's share was used up before it came to anybody, so its turn is still to come.
UPDATE reminder SET subscriber = CASE WHEN CAST($3 AS BIGINT) = 1 THEN 0 ELSE CAST($2 AS BIGINT) END,
                    looked_at = CASE WHEN CAST($6 AS BIGINT) = 1 THEN now_ms() ELSE looked_at END,
                    done_at = CASE WHEN CAST($3 AS BIGINT) = 1 THEN now_ms() END,
                    reminded = CASE WHEN year = $4 THEN reminded ELSE 0 END + CAST($5 AS BIGINT), year = $4
 WHERE station_id = $1;

-- name: of_year
-- How many a station ($1) reminded in the year $2.
SELECT reminded FROM reminder WHERE station_id = $1 AND year = $2;
