-- What providers call our messages, where their reports bear no reference of ours.

-- name: keep
-- $3: {"the provider's name": endpoint_id} of attempts whose number is $2, with $4 names each. A provider that gives a name
-- again (it counts in a circle) speaks of the newer message from then on; recorded twice, an answer takes no word back.
INSERT INTO provider_name (gateway, name, message_id, endpoint_id, ordinal, parts, state, given_at)
SELECT s.gateway, r.key, a.message_id, a.endpoint_id, a.ordinal, $4, $5, (SELECT now_ms())
  FROM json_each(CAST($3 AS TEXT)) r CROSS JOIN attempt a JOIN sender s ON s.id = a.sender_id
 WHERE a.message_id = $1 AND a.endpoint_id = CAST(r.value AS BIGINT) AND a.ordinal = $2
    ON CONFLICT (gateway, name)
    DO UPDATE SET message_id = excluded.message_id, endpoint_id = excluded.endpoint_id, ordinal = excluded.ordinal,
                  parts = excluded.parts, given_at = excluded.given_at,
                  state = CASE WHEN provider_name.message_id = excluded.message_id AND provider_name.endpoint_id = excluded.endpoint_id
                                AND provider_name.ordinal = excluded.ordinal THEN provider_name.state ELSE excluded.state END;

-- name: find
-- Whose these names ($2, a list) are, at a gateway ($1). By the key, name by name: reports come by the thousand.
SELECT n.name, n.message_id, n.endpoint_id, n.ordinal, n.parts, n.state
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN provider_name n
 WHERE n.gateway = $1 AND n.name = CAST(r.value AS TEXT);

-- name: raise
-- A higher word on one segment of several.
UPDATE provider_name SET state = $3 WHERE gateway = $1 AND name = $2;

-- name: several
-- How all segments stand of the messages of several that these endpoints ($2) were sent.
SELECT endpoint_id, ordinal, parts, state FROM provider_name
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT))) AND parts > 1;

-- name: purge
-- Given before $1: no provider reports for so long. A thousand at once, the oldest.
DELETE FROM provider_name
 WHERE (gateway, name) IN (SELECT gateway, name FROM provider_name WHERE given_at < $1 ORDER BY given_at LIMIT 1000);
