-- What a person sees of themselves by a link that was just sent, and what they change there.

-- name: endpoint
-- The active endpoint of that hash, of somebody whom a station has.
SELECT e.id
  FROM endpoint e JOIN subscriber p ON p.id = e.subscriber_id AND p.hidden = 0
 WHERE e.address_hash = $1 AND e.mode = $2 AND e.state = 1
   AND EXISTS (SELECT 1 FROM subscription s WHERE s.subscriber_id = p.id);

-- name: link
-- Whose link this is: it was sent by station $3 since $4 for this alone, to an address that still reaches its person.
SELECT e.subscriber_id, e.heard_at
  FROM delivery d JOIN message m ON m.id = d.message_id JOIN endpoint e ON e.id = d.endpoint_id
 WHERE d.message_id = $1 AND d.endpoint_id = $2 AND m.kind = 'service' AND m.act = 'preferences' AND m.station_id = $3
   AND m.created_at > $4 AND e.state = 1;

-- name: trials
-- How trials stand: of these messages ($2) those that tried an endpoint of the person ($1).
SELECT d.endpoint_id, d.channel, d.state, d.due_at
  FROM json_each(CAST($2 AS TEXT)) j CROSS JOIN message m
  JOIN delivery d ON d.message_id = m.id AND d.endpoint_id >= $1 * 256 AND d.endpoint_id < $1 * 256 + 256
 WHERE m.id = CAST(j.value AS BIGINT) AND m.kind = 'service' AND m.act = 'trial'
 ORDER BY d.endpoint_id, m.id;

-- name: trial
-- A trial by station $3 since $4, for its own reader to say that it arrived.
SELECT d.state, p.locale
  FROM delivery d JOIN message m ON m.id = d.message_id JOIN endpoint e ON e.id = d.endpoint_id
  JOIN subscriber p ON p.id = e.subscriber_id
 WHERE d.message_id = $1 AND d.endpoint_id = $2 AND m.kind = 'service' AND m.act = 'trial' AND m.station_id = $3
   AND m.created_at > $4;

-- name: person
-- The person; hidden ones are operators' alone.
SELECT id, locale, quiet, created_at, reminded_at FROM subscriber WHERE id = $1 AND hidden = 0;

-- name: endpoints
-- Every way of theirs, those that ended too.
SELECT id, channel, state, address, key_id, created_at, proven_at, heard_at, probed_at, closed_at FROM endpoint WHERE subscriber_id = $1 ORDER BY id;

-- name: places
-- Every place, those that ended too: they are kept until an alert that reached them cannot be corrected any more.
SELECT ordinal, cell, kind, topics, created_at, ended_at FROM place WHERE subscriber_id = $1 ORDER BY ordinal;

-- name: subscriptions
-- What each station agreed with them.
SELECT s.station_id, t.name AS station, t.slug, s.scope, s.topics, s.min_level, s.exercises, s.since, s.valid_until, s.ref,
       s.consent_source, s.consent_at, s.consent_proof
  FROM subscription s JOIN station t ON t.id = s.station_id WHERE s.subscriber_id = $1 ORDER BY t.name, t.id;

-- name: groups
-- The lists that hold them.
SELECT g.station_id, g.name FROM group_member m JOIN "group" g ON g.id = m.group_id WHERE m.subscriber_id = $1 ORDER BY g.name;

-- name: partings
-- What STOPs ended, and START would bring back.
SELECT p.ended_at, t.name AS station FROM parted p JOIN station t ON t.id = p.station_id WHERE p.subscriber_id = $1 ORDER BY p.ended_at;

-- name: received
-- What left to them lately: of each of their stations ($2) the newest five hundred messages are looked at.
SELECT m.created_at, m.kind, m.act, a.headline, d.channel, d.state
  FROM (SELECT n.id, n.created_at, n.kind, n.act, n.alert_id FROM message n WHERE n.station_id = $2 AND n.kind <> 'probe' ORDER BY n.id DESC LIMIT 500) m
  JOIN delivery d ON d.message_id = m.id AND d.endpoint_id >= $1 * 256 AND d.endpoint_id < $1 * 256 + 256
  LEFT JOIN alert a ON a.id = m.alert_id
 ORDER BY m.id DESC;

-- name: set_locale
-- The person's own choice.
UPDATE subscriber SET locale = $2 WHERE id = $1;

-- name: set_terms
-- Of one station: the lowest level, the topics, and where.
UPDATE subscription SET min_level = $3, topics = $4, scope = $5 WHERE station_id = $1 AND subscriber_id = $2;

-- name: everywhere
-- Whoever has no place left is everywhere: never nowhere.
UPDATE subscription SET scope = 'everywhere' WHERE subscriber_id = $1 AND scope = 'places';

-- name: wishes
-- Wishes that are theirs, and the couriers that carried their codes.
SELECT id, courier_id FROM joining WHERE subscriber_id = $1;
