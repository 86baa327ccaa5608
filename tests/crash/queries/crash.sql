-- name: deliveries
-- Every delivery of a message, as it stands.
SELECT message_id, endpoint_id, channel, state, tries, doubtful, reason FROM delivery WHERE message_id = $1;

-- name: attempts
-- Every attempt of a message.
SELECT endpoint_id, ordinal, closed_at, outcome, code FROM attempt WHERE message_id = $1;

-- name: messages
-- An alert's messages.
SELECT id, planned, closed_at FROM message WHERE alert_id = $1 ORDER BY id;

-- name: books
-- What the tallies of a message say, over all nodes.
SELECT state, CAST(sum(n) AS BIGINT) AS n FROM tally WHERE message_id = $1 GROUP BY state;

-- name: fanning_out
-- How far fan-out has come: deliveries listed, and whether what was planned is known.
SELECT (SELECT count(*) FROM delivery WHERE message_id = m.id) AS deliveries, m.planned
  FROM message m WHERE m.alert_id = $1;

-- name: endpoints
-- Endpoints that are active, by channel: whom an alert to the whole station must reach.
SELECT e.id, e.channel, s.ref FROM endpoint e JOIN subscription s ON s.subscriber_id = e.subscriber_id WHERE e.state = 1;

-- name: message
-- One message.
SELECT planned, closed_at, deliver_by FROM message WHERE id = $1;

-- name: calling
-- What is on the wire, or about to be, and by which node.
SELECT message_id, endpoint_id, node_id FROM delivery WHERE state = 2;

-- name: expire_at
-- As if the alert were over then.
UPDATE message SET deliver_by = $2 WHERE id = $1;

-- name: nodes
-- Every node, and when it was heard of last.
SELECT id, name, seen_at, now_ms() AS now FROM node;

-- name: states
-- An alert's deliveries by state.
SELECT d.state, count(*) AS n FROM message m JOIN delivery d ON d.message_id = m.id WHERE m.alert_id = $1 GROUP BY d.state;

-- name: not_sent
-- How many attempts of an alert were given back before a word was said.
SELECT count(*) AS n FROM message m JOIN attempt a ON a.message_id = m.id WHERE m.alert_id = $1 AND a.code = 'not_sent';

-- name: speakers
-- The nodes that spoke for an alert.
SELECT DISTINCT a.node_id FROM message m JOIN attempt a ON a.message_id = m.id WHERE m.alert_id = $1;
