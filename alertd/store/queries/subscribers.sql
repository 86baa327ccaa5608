-- People, their endpoints and places, and what they are to a station. Lists of ids come as JSON.

-- name: find_owners
-- Whose these addresses are. $1 holds hashes of 32 bytes one after the other: a list of them as text would have to
-- be turned back into bytes, which SQLite learnt only in 3.41.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE (i + 1) * 32 < length($1))
SELECT e.subscriber_id, e.address_hash
FROM n CROSS JOIN endpoint e
WHERE e.address_hash = substr($1, n.i * 32 + 1, 32) AND e.mode = $2 AND e.state < 2;

-- name: find_closed
-- When an address last stopped, or died: a list with an older consent does not bring it back.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE (i + 1) * 32 < length($1))
SELECT e.address_hash, MAX(e.closed_at) AS closed_at
FROM endpoint e
WHERE e.address_hash IN (SELECT substr($1, n.i * 32 + 1, 32) FROM n) AND e.mode = $2 AND e.state >= 2
GROUP BY e.address_hash;

-- name: find_by_refs
-- The station's own keys for people.
SELECT s.ref, s.subscriber_id
FROM json_each(CAST($2 AS TEXT)) j CROSS JOIN subscription s
WHERE s.station_id = $1 AND s.ref = CAST(j.value AS TEXT) AND s.ref IS NOT NULL;

-- name: load_people
-- Each person with what this station agreed with them, how many other stations have them (not where they are mere guests), and
-- the numbers already used.
SELECT p.id, p.locale, p.hidden, p.valid_until AS stays_until,
       s.scope, s.topics, s.min_level, s.exercises, s.valid_until, s.ref, s.consent_source, s.consent_at, s.consent_proof,
       (SELECT COUNT(*) FROM subscription o
         WHERE o.subscriber_id = p.id AND o.station_id <> $2 AND o.consent_source <> 'stay') AS others,
       (SELECT MAX(d.ended_at) FROM parted d WHERE d.station_id = $2 AND d.subscriber_id = p.id) AS parted_at,
       (SELECT MAX(e.id) FROM endpoint e WHERE e.subscriber_id = p.id) AS last_endpoint,
       (SELECT MAX(q.ordinal) FROM place q WHERE q.subscriber_id = p.id) AS last_place
FROM json_each(CAST($1 AS TEXT)) j
CROSS JOIN subscriber p
LEFT JOIN subscription s ON s.station_id = $2 AND s.subscriber_id = p.id
WHERE p.id = CAST(j.value AS BIGINT);

-- name: load_endpoints
-- Those that are, or may become, written to.
SELECT e.id, e.subscriber_id, e.channel, e.address_hash, e.proven_at, e.state
FROM json_each(CAST($1 AS TEXT)) j CROSS JOIN endpoint e
WHERE e.subscriber_id = CAST(j.value AS BIGINT) AND e.state < 2;

-- name: load_places
-- Those not ended, in the order in which they were given: an export that is brought again changes nothing.
SELECT p.subscriber_id, p.ordinal, p.cell, p.kind, p.topics
FROM json_each(CAST($1 AS TEXT)) j CROSS JOIN place p
WHERE p.subscriber_id = CAST(j.value AS BIGINT) AND p.ended_at > $2 ORDER BY p.subscriber_id, p.ordinal;

-- name: add
-- A new person.
INSERT INTO subscriber (id, mode, locale, created_at) VALUES ($1, $2, $3, $4);

-- name: add_endpoint
-- The unique index refuses an address that another person has.
INSERT INTO endpoint (id, subscriber_id, mode, channel, state, address, address_hash, key_id, proven_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: set_kind
-- A new address that is not of its channel's usual kind.
UPDATE endpoint SET kind = $2 WHERE id = $1;

-- name: set_prefix
-- The range of a new number, for the figures by operator: never more of it.
UPDATE endpoint SET prefix = $2 WHERE id = $1;

-- name: withdraw_endpoint
-- The station took the address back: its slot stays, so that the id is never used again, but the address is gone.
UPDATE endpoint SET state = 2, address = $3, address_hash = $3, closed_at = $2 WHERE id = $1 AND state < 2;

-- name: add_place
-- A place is added and ended, never changed.
INSERT INTO place (subscriber_id, ordinal, cell, kind, topics, created_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: end_place
-- The row stays: an alert that reached it can still be corrected.
UPDATE place SET ended_at = $3 WHERE subscriber_id = $1 AND ordinal = $2 AND ended_at > $3;

-- name: subscribe
-- The same terms again change nothing but themselves: `since` is the first day.
INSERT INTO subscription (station_id, subscriber_id, scope, topics, min_level, exercises, since, valid_until, ref,
                          consent_source, consent_at, consent_proof)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (station_id, subscriber_id) DO UPDATE SET
  scope = excluded.scope, topics = excluded.topics, min_level = excluded.min_level, exercises = excluded.exercises,
  valid_until = excluded.valid_until, ref = excluded.ref, consent_source = excluded.consent_source,
  consent_at = excluded.consent_at, consent_proof = excluded.consent_proof;

-- name: set_locale
-- Only while nothing of the person was proven: afterwards the language is the person's own.
UPDATE subscriber SET locale = $2 WHERE id = $1;

-- name: show
-- An operator who subscribes as a resident is one: audiences see the person from now on.
UPDATE subscriber SET hidden = 0 WHERE id = $1;

-- name: close_stay
-- Before a person who had left comes back through one station, the others keep the end they had.
UPDATE subscription SET valid_until = $2 WHERE subscriber_id = $1 AND station_id <> $3 AND valid_until > $2;

-- name: reopen_stay
-- A person who had left is back; how long is for the subscription to say.
UPDATE subscriber SET valid_until = 253402300799000 WHERE id = $1;

-- name: forget_reach
-- All that was derived for these people; found by its whole key, since the table has no other. SQLite looks keys of
-- several columns up only in a plain SELECT, hence the outer one: a UNION alone would read the whole table.
DELETE FROM reach WHERE (station_id, cell, subscriber_id, ordinal) IN (
  SELECT k.station_id, k.cell, k.subscriber_id, k.ordinal
  FROM (SELECT s.station_id, p.cell, p.subscriber_id, p.ordinal
        FROM json_each(CAST($1 AS TEXT)) j
        CROSS JOIN subscription s
        JOIN place p ON p.subscriber_id = s.subscriber_id
        WHERE s.subscriber_id = CAST(j.value AS BIGINT)
        UNION ALL
        SELECT s.station_id, 0, s.subscriber_id, 0
        FROM json_each(CAST($1 AS TEXT)) j
        CROSS JOIN subscription s
        WHERE s.subscriber_id = CAST(j.value AS BIGINT)) k);

-- name: count_channels
-- Active endpoints by channel, four bits each, fifteen at most: what previews add up.
UPDATE subscription SET channels = (
  SELECT CAST(COALESCE(SUM(CASE WHEN c.n > 15 THEN 15 ELSE c.n END
                           * (CAST(1 AS BIGINT) << CAST(4 * c.channel AS INTEGER))), 0) AS BIGINT)
  FROM (SELECT e.channel, COUNT(*) AS n FROM endpoint e
        WHERE e.subscriber_id = subscription.subscriber_id AND e.state = 1 GROUP BY e.channel) c)
WHERE subscriber_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)));

-- name: derive_places
-- One row for each place and station; an ended place keeps its row as a tombstone, valid until it ended. A place's own choice is of
-- the catalogue's topics; bits 54 to 61 are each station's own, and as the subscription has them.
INSERT INTO reach (station_id, cell, subscriber_id, ordinal, topics, min_level, exercises, channels, since, valid_until)
SELECT s.station_id, p.cell, s.subscriber_id, p.ordinal, 
       CASE WHEN p.topics IS NULL THEN s.topics
            ELSE (p.topics & ~CAST(4593671619917905920 AS BIGINT)) | (s.topics & CAST(4593671619917905920 AS BIGINT)) END,
       s.min_level, s.exercises,
       s.channels,
       CASE WHEN p.created_at > s.since THEN p.created_at ELSE s.since END,
       CASE WHEN p.ended_at <= s.valid_until AND p.ended_at <= b.valid_until THEN p.ended_at
            WHEN s.valid_until <= b.valid_until THEN s.valid_until ELSE b.valid_until END
FROM json_each(CAST($1 AS TEXT)) j
CROSS JOIN subscription s
JOIN subscriber b ON b.id = s.subscriber_id
JOIN place p ON p.subscriber_id = s.subscriber_id
WHERE s.subscriber_id = CAST(j.value AS BIGINT) AND s.scope = 'places' AND b.hidden = 0;

-- name: derive_everywhere
-- Whoever gave no place is in every zone of that station: cell 0.
INSERT INTO reach (station_id, cell, subscriber_id, ordinal, topics, min_level, exercises, channels, since, valid_until)
SELECT s.station_id, 0, s.subscriber_id, 0, s.topics, s.min_level, s.exercises, s.channels, s.since,
       CASE WHEN s.valid_until <= b.valid_until THEN s.valid_until ELSE b.valid_until END
FROM json_each(CAST($1 AS TEXT)) j
CROSS JOIN subscription s
JOIN subscriber b ON b.id = s.subscriber_id
WHERE s.subscriber_id = CAST(j.value AS BIGINT) AND s.scope = 'everywhere' AND b.hidden = 0;

-- name: find_subscription
-- Whether the station has this person, and how many others do, besides those where they are a guest.
SELECT s.subscriber_id,
       (SELECT COUNT(*) FROM subscription o
         WHERE o.subscriber_id = s.subscriber_id AND o.station_id <> $1 AND o.consent_source <> 'stay') AS others,
       (SELECT COUNT(*) FROM operator a WHERE a.subscriber_id = s.subscriber_id) AS operators
FROM subscription s WHERE s.station_id = $1 AND s.subscriber_id = $2;

-- name: leave_groups
-- The station's lists no longer hold the person.
DELETE FROM group_member
WHERE subscriber_id = $2 AND group_id IN (SELECT g.id FROM "group" g WHERE g.station_id = $1);

-- name: unsubscribe
-- The tenant's view of the person ends; the person may remain another's.
DELETE FROM subscription WHERE station_id = $1 AND subscriber_id = $2;

-- name: erase_partings
-- Of someone who is erased not even what a STOP ended is remembered.
DELETE FROM parted WHERE subscriber_id = $1;

-- name: erase_places
-- Cells are homes: nothing of them stays.
DELETE FROM place WHERE subscriber_id = $1;

-- name: erase_endpoints
-- Addresses go with the person; deliveries keep only ids.
DELETE FROM endpoint WHERE subscriber_id = $1;

-- name: erase
-- The person; the id is never given again.
DELETE FROM subscriber WHERE id = $1;

-- name: hide
-- An operator who is no longer a resident anywhere keeps the endpoints for service messages.
UPDATE subscriber SET hidden = 1 WHERE id = $1;

-- name: list_page
-- A station's people, by id, a page at a time; no address and no cell.
SELECT s.subscriber_id, s.ref, b.locale, s.scope, s.topics, s.min_level, s.exercises, s.channels, s.since,
       s.valid_until, s.consent_source, s.consent_at
FROM subscription s JOIN subscriber b ON b.id = s.subscriber_id
WHERE s.station_id = $1 AND s.subscriber_id > $2 ORDER BY s.subscriber_id LIMIT $3;

-- name: count_of_station
-- How many people a station has.
SELECT COUNT(*) AS people FROM subscription WHERE station_id = $1;

-- name: export_endpoints
-- Addresses, sealed, of people whom the station has; for its own leaving.
SELECT e.id, e.subscriber_id, e.channel, e.address, e.key_id
FROM json_each(CAST($1 AS TEXT)) j CROSS JOIN endpoint e
WHERE e.subscriber_id = CAST(j.value AS BIGINT) AND e.state = 1 ORDER BY e.id;
