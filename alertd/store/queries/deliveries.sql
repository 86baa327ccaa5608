-- name: add
-- People ($3, in order, so that rows are appended) on one channel ($4): all their endpoints for danger ($10 = 1), else the
-- first. $5 sender, $6 lane, $7 state (queued, or skipped where no gateway serves the channel: $9 says why), $8 due.
-- Of the kinds in the mask $12; $11 is the sender for a phone's registration (kind 2). Who has an endpoint of the kinds in
-- $13 was given one already, and needs no other.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at, reason)
SELECT $1, e.id, e.channel, CASE e.kind WHEN 2 THEN CAST($11 AS BIGINT) ELSE CAST($5 AS BIGINT) END, $6, $2, $7, 0, $8, $9
  FROM json_each(CAST($3 AS TEXT)) a CROSS JOIN endpoint e
 WHERE e.subscriber_id = CAST(a.value AS BIGINT) AND e.channel = $4 AND e.state = 1 AND (e.kind & $12) <> 0
   AND ($10 = 1 OR NOT EXISTS (SELECT 1 FROM endpoint o
                                WHERE o.subscriber_id = e.subscriber_id AND o.channel = e.channel AND o.state = 1
                                  AND ((o.kind & $13) <> 0 OR ((o.kind & $12) <> 0 AND o.id < e.id))))
    ON CONFLICT DO NOTHING;

-- name: add_one
-- A service message's only one, queued, or waiting until $7: its endpoint may still have to be proven by it.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at)
VALUES ($1, $2, $3, $4, $5, 0, $6, 0, CASE WHEN CAST($7 AS BIGINT) > now_ms() THEN CAST($7 AS BIGINT) ELSE now_ms() END);

-- name: reached_boundary
-- Where the next slice, or the next piece, of an earlier message's endpoints ends.
SELECT endpoint_id AS id FROM delivery WHERE message_id = $1 AND endpoint_id > $2 ORDER BY endpoint_id LIMIT 1 OFFSET $3;

-- name: add_reached
-- To whoever has an attempt that is not proven unsent, by the same channel. An update says so to those whom it no
-- longer concerns ($11 = 1: look in the new audience; rings are at most eight), and to them once: whose last word was that
-- it no longer concerns them (2) hears no further update. An end or a cancel concerns them all. Kinds ($13) and the second
-- sender ($12) as in `add`; an endpoint that is gone was of the usual one. What a provider took and only later called failed may
-- arrive yet, once the phone is on again, and its report come after this: not proven unsent. A call that failed was not heard.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at, reason)
SELECT $1, d.endpoint_id, d.channel, CASE e.kind WHEN 2 THEN CAST($12 AS BIGINT) ELSE CAST($6 AS BIGINT) END, $7, 0, $8,
       CASE WHEN $11 = 0 OR EXISTS (SELECT 1 FROM audience a
                                     WHERE a.message_id = $1 AND a.ring IN (0, 1, 2, 3, 4, 5, 6, 7)
                                       AND a.subscriber_id = d.endpoint_id >> 8) THEN 1 ELSE 2 END,
       $9, $10
  FROM delivery d LEFT JOIN endpoint e ON e.id = d.endpoint_id
 WHERE d.message_id = $2 AND d.endpoint_id > $3 AND d.endpoint_id <= $4 AND d.channel = $5 AND (coalesce(e.kind, 1) & $13) <> 0
   AND (d.state IN (2, 3, 4, 5, 6) OR d.doubtful = 1
        OR d.state = 9 AND d.channel <> 3 AND EXISTS (SELECT 1 FROM attempt t WHERE t.message_id = d.message_id
                                                         AND t.endpoint_id = d.endpoint_id AND t.outcome = 'accepted'))
   AND ($11 = 0 OR EXISTS (SELECT 1 FROM audience a
                            WHERE a.message_id = $1 AND a.ring IN (0, 1, 2, 3, 4, 5, 6, 7)
                              AND a.subscriber_id = d.endpoint_id >> 8)
        OR coalesce((SELECT l.wording
                       FROM message n JOIN message b ON b.alert_id = n.alert_id AND b.id < n.id
                       JOIN delivery l ON l.message_id = b.id AND l.endpoint_id = d.endpoint_id
                      WHERE n.id = $1
                        AND (l.state IN (2, 3, 4, 5, 6) OR l.doubtful = 1
                             OR l.state = 9 AND l.channel <> 3 AND EXISTS (SELECT 1 FROM attempt t WHERE t.message_id = l.message_id
                                                                              AND t.endpoint_id = l.endpoint_id AND t.outcome = 'accepted'))
                      ORDER BY b.id DESC LIMIT 1), 0) <> 2)
    ON CONFLICT DO NOTHING;

-- name: waiting
-- The messages that wait at a sender in its most urgent lane, and whose they are: one look into the index for each, in its
-- very order, since PostgreSQL without statistics would read the whole queue for a `min`.
WITH RECURSIVE found (lane, message_id) AS (
  SELECT * FROM (SELECT d.lane, d.message_id FROM delivery d
                  WHERE d.sender_id = $1 AND d.state = 1 ORDER BY d.sender_id, d.lane, d.message_id LIMIT 1) head
  UNION ALL
  SELECT f.lane, (SELECT d.message_id FROM delivery d
                   WHERE d.sender_id = $1 AND d.state = 1 AND d.lane = f.lane AND d.message_id > f.message_id
                   ORDER BY d.sender_id, d.lane, d.message_id LIMIT 1)
    FROM found f WHERE f.message_id IS NOT NULL)
SELECT f.message_id, m.station_id, f.lane, m.level
  FROM found f JOIN message m ON m.id = f.message_id
 WHERE NOT EXISTS (SELECT 1 FROM setting WHERE key = 'sending' AND value = 'paused')
 LIMIT $2;

-- name: waiting_behind
-- The same of what stands behind a lane's ($3) message ($4): asked only of a queue whose head is not for the sender that looks.
WITH RECURSIVE found (lane, message_id) AS (
  SELECT * FROM (SELECT d.lane, d.message_id FROM delivery d
                  WHERE d.sender_id = $1 AND d.state = 1 AND (d.lane, d.message_id) > (CAST($3 AS BIGINT), CAST($4 AS BIGINT))
                  ORDER BY d.sender_id, d.lane, d.message_id LIMIT 1) head
  UNION ALL
  SELECT f.lane, (SELECT d.message_id FROM delivery d
                   WHERE d.sender_id = $1 AND d.state = 1 AND d.lane = f.lane AND d.message_id > f.message_id
                   ORDER BY d.sender_id, d.lane, d.message_id LIMIT 1)
    FROM found f WHERE f.message_id IS NOT NULL)
SELECT f.message_id, m.station_id, f.lane, m.level
  FROM found f JOIN message m ON m.id = f.message_id
 WHERE NOT EXISTS (SELECT 1 FROM setting WHERE key = 'sending' AND value = 'paused')
 LIMIT $2;

-- name: claimable
-- What this sender may take now of one message ($3), nearest first, with all that decides whether it may still leave:
-- supersession, deliver_by, the endpoint and the subscription (stops and erasures are rechecked here; who follows no more than
-- a neighbour, or a commune, whom the alert is for too, is one of them, and is told who signed them up: `follows`), and whether an
-- earlier message of the thread, not only the last one, is on the wire to the same endpoint. The clock is asked once. One
-- row, the deliveries as one text: of rows Python makes an object each, and on SQLite takes its lock anew for each. The `+`
-- leads SQLite to the subscriptions' index by person, six times as dense as the table, where the people of a slice lie.
SELECT min(superseded_at) AS superseded_at, min(deliver_by) AS deliver_by, max(silence) AS silence,
       max(kind) AS kind, max(act) AS act, (SELECT now_ms()) AS now,
       json_group_array(json_array(endpoint_id, channel, tries, wording, locale, address, key_id, greeted, proven, follows, doubtful, endpoint_state, why)) AS packed
  FROM (SELECT d.endpoint_id, d.channel, d.tries, d.wording, s.locale, hex(e.address) AS address, e.key_id,
               e.greeted_at IS NOT NULL AS greeted, e.proven_at IS NOT NULL AS proven, d.doubtful,
               CASE WHEN e.greeted_at IS NULL AND e.proven_at IS NULL AND p.subscriber_id IS NULL THEN (
                    SELECT n.name FROM alert_beside c JOIN subscription q ON q.station_id = c.station_id AND q.subscriber_id = e.subscriber_id
                      JOIN station n ON n.id = c.station_id WHERE c.alert_id = m.alert_id ORDER BY c.station_id LIMIT 1) END AS follows,
               m.superseded_at, m.deliver_by, m.silence, m.kind, m.act, e.state AS endpoint_state,
               CASE WHEN e.state IS NULL THEN 'erased'
                    WHEN e.state = 3 THEN 'endpoint_dead'
                    WHEN e.state <> 1 OR (p.subscriber_id IS NULL AND NOT EXISTS (
                         SELECT 1 FROM alert_beside c JOIN subscription q ON q.station_id = c.station_id AND q.subscriber_id = e.subscriber_id
                          WHERE c.alert_id = m.alert_id)) THEN 'left'
                    WHEN m.supersedes IS NOT NULL AND EXISTS (
                         SELECT 1 FROM message b JOIN delivery o ON o.message_id = b.id AND o.endpoint_id = d.endpoint_id
                          WHERE b.alert_id = m.alert_id AND b.id < m.id AND o.state = 2) THEN 'behind' END AS why
          FROM delivery d JOIN message m ON m.id = d.message_id
          LEFT JOIN endpoint e ON e.id = d.endpoint_id
          LEFT JOIN subscriber s ON s.id = e.subscriber_id
          LEFT JOIN subscription p ON +p.station_id = m.station_id AND p.subscriber_id = e.subscriber_id
         WHERE d.sender_id = $1 AND d.lane = $2 AND d.message_id = $3 AND d.state = 1
           AND NOT EXISTS (SELECT 1 FROM setting WHERE key = 'sending' AND value = 'paused')
         ORDER BY d.ring, d.due_at, d.endpoint_id
         LIMIT $4) taken;

-- name: call
-- The slice about to touch the wire.
UPDATE delivery SET state = 2, tries = tries + 1, node_id = $3
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)));

-- name: settle
-- A last word ($4) about what was on the wire ($3): nothing is due any more. The short form of `move`, for nearly all.
UPDATE delivery SET state = $4, due_at = 253402300799000, reason = $5
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND state = $3;

-- name: move
-- From one state ($3) to another ($4), due at $5; says how many were still there, so that the books can follow. What
-- has been unknown (3) once stays doubtful: it may have arrived, whatever becomes of a later attempt. As long as its last
-- attempt is open a delivery stays on the wire (2): a late "try again" about an earlier attempt would send it twice at once.
UPDATE delivery SET state = $4, due_at = $5, reason = $6, doubtful = CASE WHEN CAST($4 AS BIGINT) = 3 THEN 1 ELSE doubtful END
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND state = $3
   AND (CAST($3 AS BIGINT) <> 2 OR CAST($4 AS BIGINT) NOT IN (0, 3) OR NOT EXISTS (
         SELECT 1 FROM attempt a WHERE a.message_id = delivery.message_id AND a.endpoint_id = delivery.endpoint_id
            AND a.ordinal = delivery.tries AND a.closed_at IS NULL));

-- name: due
-- Waiting rows whose hour has come, and unknowns that nobody settled in time.
SELECT message_id, endpoint_id, channel, sender_id, state, reason FROM delivery
 WHERE state = 0 AND due_at <= now_ms()
UNION ALL
SELECT message_id, endpoint_id, channel, sender_id, state, reason FROM delivery
 WHERE state = 3 AND due_at < 253402300799000 AND due_at <= now_ms()
 LIMIT $1;

-- name: hasten
-- The clock was set back by $1 milliseconds: whatever was tried, or stands behind an earlier message, is due now, and a silence
-- lasts no longer than it would have. What else was never tried waits for an hour that was chosen (quiet hours), and that hour stands.
UPDATE delivery SET due_at = CASE WHEN tries = 0 AND reason = 'silence' THEN due_at - CAST($1 AS BIGINT) ELSE now_ms() END
 WHERE (state = 0 OR (state = 3 AND due_at < 253402300799000)) AND due_at > now_ms()
   AND (tries > 0 OR reason = 'behind' OR reason = 'silence');

-- name: calling_of
-- What a node held when it died. Open messages only: walked by their key, so that no index has to follow every claim.
SELECT d.message_id, d.endpoint_id, d.channel, d.doubtful, m.level
  FROM message m CROSS JOIN delivery d
 WHERE m.closed_at IS NULL AND d.message_id = m.id AND d.state = 2 AND d.node_id = $1
 LIMIT $2;

-- name: calling_at
-- What a node ($2) is calling through one sender: asked only after a claim went wrong, so it is worth no index.
SELECT d.message_id, d.endpoint_id, d.channel, d.tries
  FROM message m CROSS JOIN delivery d CROSS JOIN attempt a
 WHERE m.closed_at IS NULL AND d.message_id = m.id AND d.state = 2 AND d.node_id = $2
   AND a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND a.ordinal = d.tries AND a.sender_id = $1;

-- name: unsent
-- A slice of what has not left of a message that is over, to be settled.
SELECT message_id, endpoint_id, channel, state, doubtful FROM delivery
 WHERE message_id = $1 AND state IN (0, 1)
 ORDER BY endpoint_id LIMIT $2;

-- name: give_up
-- Nobody will be asked again: an unknown of a message that is over stays one.
UPDATE delivery SET due_at = 253402300799000
 WHERE message_id = $1 AND state = 3 AND due_at < 253402300799000;

-- name: stranded
-- A slice of a queue that is given on, the most urgent first: what is in the lanes after $2. In the order of the queue's index, so
-- that a slice of a long queue costs what it gives on.
SELECT d.message_id, d.endpoint_id, d.channel, d.doubtful, m.station_id, m.mode, m.level,
       coalesce((SELECT e.kind FROM endpoint e WHERE e.id = d.endpoint_id), 1) AS kind
  FROM delivery d JOIN message m ON m.id = d.message_id
 WHERE d.sender_id = $1 AND d.state = 1 AND d.lane > $2
 ORDER BY d.lane, d.message_id, d.ring, d.due_at, d.endpoint_id
 LIMIT $3;

-- name: foreign
-- The same of one message alone, which is not for the sender whose queue it is: in the order of the queue's index, too.
SELECT d.message_id, d.endpoint_id, d.channel, d.doubtful, m.station_id, m.mode, m.level,
       coalesce((SELECT e.kind FROM endpoint e WHERE e.id = d.endpoint_id), 1) AS kind
  FROM delivery d JOIN message m ON m.id = d.message_id
 WHERE d.sender_id = $1 AND d.state = 1 AND d.lane = $2 AND d.message_id = $3
 ORDER BY d.ring, d.due_at, d.endpoint_id
 LIMIT $4;

-- name: give_on
-- From one sender's queue ($3) to another's ($4): still queued, as due as before.
UPDATE delivery SET sender_id = $4
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND sender_id = $3 AND state = 1;

-- name: queued_before
-- What stands in a sender's queue, in lanes as urgent as $2 or more, and whose it is: the forecast starts behind it.
SELECT q.lane, m.station_id, CAST(sum(q.n) AS BIGINT) AS n
  FROM (SELECT d.lane, d.message_id, count(*) AS n FROM delivery d
         WHERE d.sender_id = $1 AND d.state = 1 AND d.lane <= $2
         GROUP BY d.lane, d.message_id) q JOIN message m ON m.id = q.message_id
 GROUP BY q.lane, m.station_id;

-- name: of_alert
-- An alert's deliveries, as the station may see them: its own reference, never an address.
SELECT d.message_id, d.endpoint_id, d.channel, d.state, d.reason, d.tries, m.superseded_at, s.ref,
       (SELECT a.code FROM attempt a WHERE a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND a.ordinal = d.tries) AS code
  FROM message m JOIN delivery d ON d.message_id = m.id
  LEFT JOIN subscription s ON s.station_id = m.station_id AND s.subscriber_id = d.endpoint_id >> 8
 WHERE m.alert_id = $1 AND (d.message_id > $2 OR (d.message_id = $2 AND d.endpoint_id > $3))
 ORDER BY d.message_id, d.endpoint_id
 LIMIT $4;

-- name: one
-- A delivery and its reader's language, for the page behind a personal link.
SELECT d.message_id, m.alert_id, m.station_id, s.locale, d.endpoint_id, d.state
  FROM delivery d JOIN message m ON m.id = d.message_id
  LEFT JOIN subscriber s ON s.id = d.endpoint_id >> 8
 WHERE d.message_id = $1 AND d.endpoint_id = $2;
