-- name: add
-- Immutable from here on. It is for those who had joined by $9, and released at $14, an hour that may be earlier (see `audience.latest`).
INSERT INTO event (id, alert_id, station_id, act, content, onset, deliver_by, expires, as_of, released_by, supersedes, people, expected, created_at,
                   first_s, half_s, last_s, topic_labels)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: add_range
-- The zone's cover, frozen with the event.
INSERT INTO event_range (event_id, ring, lo, hi) VALUES ($1, $2, $3, $4);

-- name: add_group
-- Groups it is aimed at.
INSERT INTO event_group (event_id, group_id) VALUES ($1, $2);

-- name: of_alert
-- The thread, oldest first.
SELECT id, alert_id, station_id, act, content, onset, deliver_by, expires, as_of, released_by, supersedes, people, expected, created_at,
       first_s, half_s, last_s, topic_labels
  FROM event WHERE alert_id = $1 ORDER BY id;

-- name: one
-- One event.
SELECT id, alert_id, station_id, act, content, onset, deliver_by, expires, as_of, released_by, supersedes, people, expected, created_at,
       topic_labels
  FROM event WHERE id = $1;

-- name: expected_since
-- How many deliveries a station has released since $2, of informations (level 1) up to level $3: ends and corrections do not count, nor
-- does an update of a warning (level 2) but for what it is more than the thread's largest before it.
SELECT CAST(coalesce(sum(CASE WHEN said.expected > said.before THEN said.expected - said.before ELSE 0 END), 0) AS BIGINT) AS n
  FROM (SELECT e.expected,
               CASE WHEN e.act = 'update' AND m.level = 2
                    THEN coalesce((SELECT max(o.expected) FROM event o JOIN message p ON p.alert_id = o.alert_id AND p.event_id = o.id
                                    WHERE o.alert_id = e.alert_id AND o.id < e.id AND p.level = 2), 0)
                    ELSE 0 END AS before
          FROM event e JOIN message m ON m.alert_id = e.alert_id AND m.event_id = e.id
         WHERE e.station_id = $1 AND e.created_at >= $2 AND m.level BETWEEN 1 AND $3 AND e.act IN ('alert', 'update')) AS said;

-- name: widest
-- The most deliveries that any warning (level 2) of this thread was expected to be.
SELECT CAST(coalesce(max(e.expected), 0) AS BIGINT) AS n
  FROM event e JOIN message m ON m.alert_id = e.alert_id AND m.event_id = e.id
 WHERE e.alert_id = $1 AND m.level = 2;

-- name: lately
-- What a station has announced since $2, what was taken back or corrected left aside.
SELECT e.alert_id, e.content, e.released_by AS who, e.created_at AS at FROM event e JOIN alert a ON a.id = e.alert_id
 WHERE e.station_id = $1 AND e.created_at >= $2 AND e.act = 'alert' AND a.state <> 'cancelled' ORDER BY e.created_at DESC, e.id DESC LIMIT 50;

-- name: of_station
-- All that a station ever said, oldest first, behind $2: its archive.
SELECT id, alert_id, act, content, onset, deliver_by, expires, released_by, supersedes, people, expected, created_at,
       topic_labels
  FROM event WHERE station_id = $1 AND id > $2 ORDER BY id LIMIT $3;
