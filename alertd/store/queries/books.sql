-- The books, held against what they are of. Read when a backup is tried, and by whoever watches; never on an alert's way.

-- name: unbalanced
-- Alerts' messages whose tallies are not what was planned, or not their deliveries, state by state: nothing may be here.
-- Those whose deliveries are dropped have their counts alone.
WITH tallied AS (
  SELECT message_id, channel, state, CAST(sum(n) AS BIGINT) AS n FROM tally GROUP BY message_id, channel, state
), there AS (
  SELECT message_id, channel, state, CAST(count(*) AS BIGINT) AS n FROM delivery GROUP BY message_id, channel, state
), differing AS (
  SELECT message_id FROM (SELECT message_id, channel, state, n FROM tallied WHERE n <> 0
                          EXCEPT SELECT message_id, channel, state, n FROM there) a
   UNION
  SELECT message_id FROM (SELECT message_id, channel, state, n FROM there
                          EXCEPT SELECT message_id, channel, state, n FROM tallied) b
   UNION
  SELECT m.id FROM message m LEFT JOIN tallied t ON t.message_id = m.id
   WHERE m.planned IS NOT NULL GROUP BY m.id, m.planned HAVING coalesce(sum(t.n), 0) <> m.planned
)
SELECT m.id FROM message m JOIN differing d ON d.message_id = m.id
 WHERE m.kind = 'event' AND m.forgotten_at IS NULL ORDER BY m.id LIMIT $1;

-- name: off
-- Of the last thousand messages, the alerts' whose tallies are not what was planned: a few rows each, at every scrape.
SELECT count(*) AS n FROM message m
 WHERE m.id > (SELECT coalesce(max(id), 0) FROM message) - 1000 AND m.kind = 'event' AND m.planned IS NOT NULL
   AND m.planned <> (SELECT coalesce(sum(t.n), 0) FROM tally t WHERE t.message_id = m.id);

-- name: contents
-- How much there is, and what is still on its way, or would leave by itself although it may have left since: what waits for a second
-- person and is sent where nobody answers, what a schedule would make up for. People are somebody: neither the bearers of operators' own addresses
-- and of codes (hidden), nor canaries.
SELECT (SELECT count(*) FROM station WHERE kind <> 'canary') AS stations, 
       (SELECT count(*) FROM subscriber b WHERE b.hidden = 0 AND NOT EXISTS
         (SELECT 1 FROM station st JOIN subscription s ON s.station_id = st.id AND s.subscriber_id = b.id WHERE st.kind = 'canary')) AS subscribers,
       (SELECT count(*) FROM alert) AS alerts,
       (SELECT count(*) FROM message WHERE closed_at IS NULL)
       + (SELECT count(*) FROM approval WHERE state = 'waiting' AND otherwise = 'send')
       + (SELECT count(*) FROM schedule WHERE state = 'active' AND next_at BETWEEN now_ms() - grace_ms AND now_ms()) AS under_way;

-- name: sealed
-- Some addresses, the newest: whether the secret at hand opens them. Of one that was taken back nothing is left to be opened.
SELECT id, channel, address, key_id FROM endpoint WHERE length(address) > 0 ORDER BY id DESC LIMIT $1;
