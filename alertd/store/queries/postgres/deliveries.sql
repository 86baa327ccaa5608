-- name: add
-- As on SQLite. ON CONFLICT would write each row twice (https://www.postgresql.org/docs/15/sql-insert.html: "speculative
-- insertion"): what is there is left out, and when two nodes meet at one endpoint, the slower one's slice is done again.
-- It is looked up one by one: OFFSET 0 keeps PostgreSQL, which has no statistics of a new message, from reading all of that
-- message for each slice.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at, reason)
SELECT $1, e.id, e.channel, CASE e.kind WHEN 2 THEN CAST($11 AS BIGINT) ELSE CAST($5 AS BIGINT) END, $6, $2, $7, 0, $8, $9
  FROM unnest(CAST(translate(CAST($3 AS TEXT), '[]', '{}') AS BIGINT[])) a(subscriber_id) CROSS JOIN endpoint e
 WHERE e.subscriber_id = a.subscriber_id AND e.channel = $4 AND e.state = 1 AND (e.kind & $12) <> 0
   AND ($10 = 1 OR NOT EXISTS (SELECT 1 FROM endpoint o
                                WHERE o.subscriber_id = e.subscriber_id AND o.channel = e.channel AND o.state = 1
                                  AND ((o.kind & $13) <> 0 OR ((o.kind & $12) <> 0 AND o.id < e.id))))
   AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = $1 AND d.endpoint_id = e.id OFFSET 0);

-- name: claimable
-- As on SQLite, where there is one writer; here several nodes claim: each skips what another holds, enters the message's
-- gate (see gates.sql) so that a release that waits comes first, and the message is
-- share-locked so that a release that supersedes it waits for this slice and then sees it as `calling`. The keys are
-- taken first, in the very order of their index: with the joins in the same query and no statistics yet, just after a
-- large fan-out, PostgreSQL would sort the whole queue for each slice. The message is locked by itself, too: a statement
-- that locks rows of one table reads the rows of all others, also where an index says all that is asked.
WITH taken AS MATERIALIZED (
  SELECT message_id, endpoint_id, channel, ring, due_at, wording, tries, doubtful
    FROM delivery
   WHERE sender_id = $1 AND lane = $2 AND message_id = $3 AND state = 1
     AND (SELECT pg_advisory_xact_lock_shared(
                   hashtextextended('message ' || current_schema() || ' ' || CAST($3 AS TEXT), 0))) IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM setting WHERE key = 'sending' AND value = 'paused')
   ORDER BY sender_id, lane, message_id, ring, due_at, endpoint_id
   LIMIT $4
     FOR UPDATE SKIP LOCKED),
head AS MATERIALIZED (
  SELECT m.id, m.station_id, m.alert_id, m.supersedes, m.superseded_at, m.deliver_by, m.silence, m.kind, m.act
    FROM message m
   WHERE m.id = $3 AND EXISTS (SELECT 1 FROM taken)
     FOR SHARE OF m),
claimed AS MATERIALIZED (
  SELECT d.*, m.superseded_at, m.deliver_by, m.silence, m.kind, m.act, s.locale, e.address, e.key_id, e.greeted_at, e.proven_at,
         e.state AS endpoint_state,
         CASE WHEN e.greeted_at IS NULL AND e.proven_at IS NULL AND p.subscriber_id IS NULL THEN (
              SELECT n.name FROM alert_beside c JOIN subscription q ON q.station_id = c.station_id AND q.subscriber_id = e.subscriber_id
                JOIN station n ON n.id = c.station_id WHERE c.alert_id = m.alert_id ORDER BY c.station_id LIMIT 1) END AS follows,
         CASE WHEN e.state IS NULL THEN 'erased'
              WHEN e.state = 3 THEN 'endpoint_dead'
              WHEN e.state <> 1 OR (p.subscriber_id IS NULL AND NOT EXISTS (
                   SELECT 1 FROM alert_beside c JOIN subscription q ON q.station_id = c.station_id AND q.subscriber_id = e.subscriber_id
                    WHERE c.alert_id = m.alert_id)) THEN 'left'
              WHEN m.supersedes IS NOT NULL AND EXISTS (
                   SELECT 1 FROM message b JOIN delivery o ON o.message_id = b.id AND o.endpoint_id = d.endpoint_id
                    WHERE b.alert_id = m.alert_id AND b.id < m.id AND o.state = 2) THEN 'behind' END AS why
    FROM taken d JOIN head m ON m.id = d.message_id
    LEFT JOIN endpoint e ON e.id = d.endpoint_id
    LEFT JOIN subscriber s ON s.id = e.subscriber_id
    LEFT JOIN subscription p ON p.station_id = m.station_id AND p.subscriber_id = e.subscriber_id)
SELECT min(superseded_at) AS superseded_at, min(deliver_by) AS deliver_by, max(silence) AS silence,
       max(kind) AS kind, max(act) AS act, now_ms() AS now,
       CAST(json_agg(json_build_array(endpoint_id, channel, tries, wording, locale, encode(address, 'hex'), key_id,
                                      CAST(greeted_at IS NOT NULL AS INT), CAST(proven_at IS NOT NULL AS INT), follows, doubtful, endpoint_state, why)
                     ORDER BY ring, due_at, endpoint_id) AS TEXT) AS packed
  FROM claimed;

-- name: unsent
-- As on SQLite; what a claim has in hand is passed over: it sees the mark itself, and settles it.
SELECT message_id, endpoint_id, channel, state, doubtful FROM delivery
 WHERE message_id = $1 AND state IN (0, 1)
 ORDER BY endpoint_id LIMIT $2
   FOR UPDATE SKIP LOCKED;

-- name: call
-- As on SQLite; here a list of keys is an array. An upsert of rows that are there, as `attempts.close`: as long as PostgreSQL has
-- no statistics of a new message it takes it for a few rows, and would read all of them for each slice of an UPDATE.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at)
SELECT d.message_id, d.endpoint_id, d.channel, d.sender_id, d.lane, d.ring, d.state, d.wording, d.due_at
  FROM unnest(CAST(translate(CAST($2 AS TEXT), '[]', '{}') AS BIGINT[])) k(id) CROSS JOIN LATERAL (
         SELECT * FROM delivery i WHERE i.message_id = $1 AND i.endpoint_id = k.id OFFSET 0) d
    ON CONFLICT (message_id, endpoint_id) DO UPDATE SET state = 2, tries = delivery.tries + 1, node_id = $3;

-- name: settle
-- As on SQLite, and as `call`.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at)
SELECT d.message_id, d.endpoint_id, d.channel, d.sender_id, d.lane, d.ring, d.state, d.wording, d.due_at
  FROM unnest(CAST(translate(CAST($2 AS TEXT), '[]', '{}') AS BIGINT[])) k(id) CROSS JOIN LATERAL (
         SELECT * FROM delivery i WHERE i.message_id = $1 AND i.endpoint_id = k.id OFFSET 0) d
    ON CONFLICT (message_id, endpoint_id) DO UPDATE SET state = $4, due_at = 253402300799000, reason = $5
 WHERE delivery.state = $3;

-- name: stranded
-- As on SQLite; what another node has in hand is passed over.
SELECT d.message_id, d.endpoint_id, d.channel, d.doubtful, m.station_id, m.mode, m.level,
       coalesce((SELECT e.kind FROM endpoint e WHERE e.id = d.endpoint_id), 1) AS kind
  FROM delivery d JOIN message m ON m.id = d.message_id
 WHERE d.sender_id = $1 AND d.state = 1 AND d.lane > $2
 ORDER BY d.lane, d.message_id, d.ring, d.due_at, d.endpoint_id
 LIMIT $3
   FOR UPDATE OF d SKIP LOCKED;

-- name: foreign
-- As on SQLite; what another node has in hand is passed over.
SELECT d.message_id, d.endpoint_id, d.channel, d.doubtful, m.station_id, m.mode, m.level,
       coalesce((SELECT e.kind FROM endpoint e WHERE e.id = d.endpoint_id), 1) AS kind
  FROM delivery d JOIN message m ON m.id = d.message_id
 WHERE d.sender_id = $1 AND d.state = 1 AND d.lane = $2 AND d.message_id = $3
 ORDER BY d.ring, d.due_at, d.endpoint_id
 LIMIT $4
   FOR UPDATE OF d SKIP LOCKED;

-- name: move
-- As on SQLite, and as `call`.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at)
SELECT d.message_id, d.endpoint_id, d.channel, d.sender_id, d.lane, d.ring, d.state, d.wording, d.due_at
  FROM unnest(CAST(translate(CAST($2 AS TEXT), '[]', '{}') AS BIGINT[])) k(id) CROSS JOIN LATERAL (
         SELECT * FROM delivery i WHERE i.message_id = $1 AND i.endpoint_id = k.id OFFSET 0) d
    ON CONFLICT (message_id, endpoint_id) DO UPDATE SET state = $4, due_at = $5, reason = $6,
       doubtful = CASE WHEN CAST($4 AS BIGINT) = 3 THEN 1 ELSE delivery.doubtful END
 WHERE delivery.state = $3
   AND (CAST($3 AS BIGINT) <> 2 OR CAST($4 AS BIGINT) NOT IN (0, 3) OR NOT EXISTS (
         SELECT 1 FROM attempt a WHERE a.message_id = delivery.message_id AND a.endpoint_id = delivery.endpoint_id
            AND a.ordinal = delivery.tries AND a.closed_at IS NULL));

-- name: give_on
-- As on SQLite, and as `call`.
INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at)
SELECT d.message_id, d.endpoint_id, d.channel, d.sender_id, d.lane, d.ring, d.state, d.wording, d.due_at
  FROM unnest(CAST(translate(CAST($2 AS TEXT), '[]', '{}') AS BIGINT[])) k(id) CROSS JOIN LATERAL (
         SELECT * FROM delivery i WHERE i.message_id = $1 AND i.endpoint_id = k.id OFFSET 0) d
    ON CONFLICT (message_id, endpoint_id) DO UPDATE SET sender_id = $4
 WHERE delivery.sender_id = $3 AND delivery.state = 1;
