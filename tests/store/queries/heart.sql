-- What tests of alerts, from release to receipt, look at and arrange.

-- name: deliveries
-- In the order of handing over.
SELECT * FROM delivery ORDER BY message_id, ring, endpoint_id;

-- name: messages
-- Of all alerts.
SELECT * FROM message ORDER BY id;

-- name: attempts
-- Every try.
SELECT * FROM attempt ORDER BY message_id, endpoint_id, ordinal;

-- name: counted
-- What the rows say.
SELECT message_id, channel, state, count(*) AS n FROM delivery GROUP BY message_id, channel, state;

-- name: tallied
-- What the books say.
SELECT message_id, channel, state, CAST(sum(n) AS BIGINT) AS n FROM tally GROUP BY message_id, channel, state;

-- name: traces
-- How many rows a release has left behind.
SELECT (SELECT count(*) FROM alert) AS alerts, (SELECT count(*) FROM event) AS events,
       (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM fan_out) AS pieces,
       (SELECT count(*) FROM event_range) AS ranges, (SELECT count(*) FROM audit) AS audits,
       (SELECT count(*) FROM preview WHERE event_id IS NOT NULL) AS spent;

-- name: previews
-- How many were kept.
SELECT count(*) AS n FROM preview;

-- name: ranges
-- An event's cover, as frozen.
SELECT ring, lo, hi FROM event_range WHERE event_id = $1 ORDER BY ring, lo;

-- name: endpoint
-- As it stands.
SELECT * FROM endpoint WHERE id = $1;

-- name: channels
-- What previews add up for a person.
SELECT channels FROM subscription WHERE station_id = $1 AND subscriber_id = $2;

-- name: prove
-- As if every address of a person had been confirmed.
UPDATE endpoint SET proven_at = $2 WHERE subscriber_id = $1;

-- name: end_stay
-- The person leaves the country; reach is to be derived after it.
UPDATE subscriber SET valid_until = $2 WHERE id = $1;

-- name: hide
-- An operator's person, still subscribed; reach is to be derived after it.
UPDATE subscriber SET hidden = 1 WHERE id = $1;

-- name: spoil_address
-- Bytes that no key opens.
UPDATE endpoint SET address = $2 WHERE id = $1;

-- name: close_endpoint
-- Stopped (2) or dead (3), by another way than a receipt.
UPDATE endpoint SET state = $2 WHERE id = $1;

-- name: silence_node
-- As if the node had not been heard of since.
UPDATE node SET seen_at = $2 WHERE id = $1;

-- name: audits
-- What was written of an alert.
SELECT actor, action, object, detail, station_id FROM audit ORDER BY id;

-- name: lease
-- Another node speaks as this sender.
UPDATE sender SET node_id = $2, lease_until = $3 WHERE id = $1;

-- name: pieces
-- What is left of a message's fan-out.
SELECT phase, ring FROM fan_out WHERE message_id = $1 AND done_at IS NULL ORDER BY phase, ring;

-- name: close_crowd
-- Everyone's endpoints but one person's are stopped, so that nobody else is planned.
UPDATE endpoint SET state = 2 WHERE subscriber_id <> $1;

-- name: noted
-- Whom an update has noted as still concerned.
SELECT subscriber_id FROM audience WHERE message_id = $1 ORDER BY subscriber_id;

-- name: deadlocks
-- How often the server has had to break a circle in this database; SQLite has one writer, and none.
SELECT 0 AS n;

-- name: shares
-- How many deliveries each node has planned.
SELECT node_id, CAST(sum(n) AS BIGINT) AS n FROM tally GROUP BY node_id ORDER BY node_id;

-- name: pieces_cut
-- How many pieces each ring, or other source, of a message was cut into.
SELECT count(*) AS n FROM fan_out WHERE message_id = $1 GROUP BY phase, ring, source_id ORDER BY phase, ring, source_id;

-- name: set_endpoint
-- As if it had been stopped, or was yet to be proven; reach is to be derived after it.
UPDATE endpoint SET state = $2 WHERE id = $1;

-- name: break_schedule
-- What no version of ours has written.
UPDATE schedule SET content = '{' WHERE id = $1;

-- name: copy_schedule
-- One more like it, under another id.
INSERT INTO schedule (id, station_id, digest, actor, state, rule, starts, timezone, skips, content, people, grace_ms, next_at,
                      version, created_at)
SELECT CAST($2 AS BIGINT), station_id, digest || CAST(CAST($2 AS BIGINT) AS TEXT), actor, state, rule, starts, timezone, skips, content, people, grace_ms, next_at,
       version, created_at FROM schedule WHERE id = $1;

-- name: add_attempt
-- Somebody was called.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at) VALUES ($1, $2, 1, 0, 1, now_ms());

-- name: follow
-- A person of one station ($2) follows another too, on the same terms.
INSERT INTO subscription (station_id, subscriber_id, scope, topics, min_level, exercises, since, consent_source, consent_at)
SELECT DISTINCT CAST($1 AS BIGINT), subscriber_id, scope, topics, min_level, exercises, since, consent_source, consent_at
  FROM subscription WHERE subscriber_id = $2;

-- name: see
-- As if its person had read it.
UPDATE delivery SET state = 6 WHERE message_id = $1 AND endpoint_id = $2;

-- name: unsee
-- As if not.
UPDATE delivery SET state = 4 WHERE message_id = $1 AND endpoint_id = $2;

-- name: subscriptions_of
-- Whom a station has.
SELECT subscriber_id FROM subscription WHERE station_id = $1;

-- name: close_messages
-- As if all that was to be sent had been.
UPDATE message SET closed_at = $1, planned = 0 WHERE closed_at IS NULL;

-- name: set_skips
-- As an older version had saved a schedule.
UPDATE schedule SET skips = $2 WHERE id = $1;

-- name: set_next
-- The date that an older version had set.
UPDATE schedule SET next_at = $2 WHERE id = $1;

-- name: forget_labels
-- An event as it was before the names of topics were kept with it.
UPDATE event SET topic_labels = NULL WHERE id = $1;
