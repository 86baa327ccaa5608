-- name: greet
-- Who writes and how to leave has been said here.
UPDATE endpoint SET greeted_at = now_ms()
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND greeted_at IS NULL;

-- name: hear
-- They were heard of; once a day is enough to know it, so that a great alert's receipts write each address once. Last among the
-- statements on endpoints: on PostgreSQL it waits for nobody.
UPDATE endpoint SET heard_at = now_ms()
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
   AND (heard_at IS NULL OR heard_at < (SELECT now_ms()) - 86400000);

-- name: close
-- Dead, or stopped by the person: on a provider's word about this very address. Reach is derived anew after it. A number that
-- its person stopped at the carrier is brought back by START, as one that was stopped here.
UPDATE endpoint SET state = $2, closed_at = now_ms(), stop_at = CASE WHEN CAST($2 AS BIGINT) = 2 AND channel = 0 THEN now_ms() END
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND state = 1;

-- name: prove
-- A phone confirmed what it was sent ($2 = 1: push), or the key for it was pressed in a call ($2 = 3), so it is the one that
-- asked for it. No other channel: that an SMS was delivered does not say that whoever has the phone wants it.
UPDATE endpoint SET state = 1, proven_at = now_ms()
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND state = 0 AND channel = $2;

-- name: show
-- Whoever has proven an endpoint is seen by audiences from now on, unless only an operator's account has them.
UPDATE subscriber SET hidden = 0
 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT))) AND hidden = 1
   AND EXISTS (SELECT 1 FROM subscription s WHERE s.subscriber_id = subscriber.id)
   AND EXISTS (SELECT 1 FROM endpoint e WHERE e.subscriber_id = subscriber.id AND e.state = 1);

-- name: proof
-- How a test notification stands, of station $3: for the page that waits for it.
SELECT d.state, m.created_at, e.state AS endpoint_state
  FROM delivery d JOIN message m ON m.id = d.message_id JOIN endpoint e ON e.id = d.endpoint_id
 WHERE d.message_id = $1 AND d.endpoint_id = $2 AND m.station_id = $3 AND m.kind = 'service' AND e.channel = 1;

-- name: find_push
-- A browser's endpoint, unless its person stopped it: one that died may be given its new address.
SELECT id, subscriber_id, mode, state FROM endpoint WHERE id = $1 AND channel = 1 AND state IN (0, 1, 3);

-- name: replace_address
-- The browser was given another address for the same page: what is queued, and the threads under way, follow it.
UPDATE endpoint SET address = $2, address_hash = $3, key_id = $4, heard_at = now_ms(), state = CASE WHEN state = 3 THEN 1 ELSE state END, closed_at = NULL
 WHERE id = $1 AND channel = 1 AND state IN (0, 1, 3);

-- name: unproven
-- Stations of people who have nothing but endpoints that were never proven, all older than $1: a slice, to be forgotten.
SELECT DISTINCT s.station_id, s.subscriber_id
  FROM endpoint e JOIN subscription s ON s.subscriber_id = e.subscriber_id
 WHERE e.state = 0 AND e.created_at < $1
   AND NOT EXISTS (SELECT 1 FROM endpoint o WHERE o.subscriber_id = e.subscriber_id AND (o.state <> 0 OR o.created_at >= $1))
 LIMIT $2;

-- name: stays_over
-- Subscriptions that ended before $1: a slice, to be forgotten.
SELECT station_id, subscriber_id FROM subscription
 WHERE valid_until < $1 AND valid_until < 253402300799000 AND consent_source <> 'stay' LIMIT $2;

-- name: confirm
-- Its person has shown that it is theirs: by a code, a link, a key or an SMS of their own.
UPDATE endpoint SET state = 1, proven_at = $2, heard_at = $2, closed_at = NULL WHERE id = $1 AND state < 2;
