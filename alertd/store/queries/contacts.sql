-- Where operators are told what concerns the instance.

-- name: operator
-- An operator, and the hidden subscriber of theirs, if there is one.
SELECT id, subscriber_id FROM operator WHERE login = $1;

-- name: set_subscriber
-- Once: the hidden subscriber stays the operator's.
UPDATE operator SET subscriber_id = $2 WHERE id = $1 AND subscriber_id IS NULL;

-- name: of
-- A subscriber's endpoints, those that ended included: their slots are not used again.
SELECT id, channel, mode, state, address_hash FROM endpoint WHERE subscriber_id = $1 ORDER BY id;

-- name: mailboxes
-- Where an operator who may still log in has e-mail; the sandbox's only in training ($4).
SELECT e.id
  FROM operator o JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE o.id = $1 AND o.disabled_at IS NULL AND e.channel = $2 AND e.state = 1 AND e.mode <= $4
 ORDER BY e.id LIMIT $3;

-- name: by_id
-- Who it is, by id.
SELECT login, name FROM operator WHERE id = $1;

-- name: phones
-- An operator's own telephones: those that sleep, or were taken off the list, apart.
SELECT e.id, e.created_at, e.proven_at
  FROM operator o JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE o.id = $1 AND e.channel = $2 AND e.state = 1
 ORDER BY e.id LIMIT $3;

-- name: phone
-- A telephone of some operator's, unless it was taken off the list: then it has no address.
SELECT e.id FROM endpoint e JOIN operator o ON o.subscriber_id = e.subscriber_id
 WHERE e.id = $1 AND e.channel = $2 AND length(e.address) > 0;

-- name: sleep
-- The operator ($2) logged out there, at $3.
UPDATE endpoint SET state = 2, closed_at = $3
 WHERE id = $1 AND state = 1 AND subscriber_id = (SELECT o.subscriber_id FROM operator o WHERE o.id = $2);

-- name: hidden
-- The subscriber that carries an operator's contacts, once there is one.
SELECT subscriber_id FROM operator WHERE id = $1 AND subscriber_id IS NOT NULL;

-- name: drop_asleep
-- What an operator's ended contacts of a channel still have of an address is gone: nothing wakes them.
UPDATE endpoint SET address = $3, address_hash = $3
 WHERE subscriber_id = $1 AND channel = $2 AND state >= 2 AND length(address) > 0;

-- name: wake
-- The same operator ($2) is back on it, or gives it anew; none that was taken off the list, nor twice the same address.
UPDATE endpoint SET state = 1, closed_at = NULL
 WHERE id = $1 AND state >= 2 AND length(address) > 0
   AND NOT EXISTS (SELECT 1 FROM endpoint o WHERE o.address_hash = endpoint.address_hash AND o.mode = endpoint.mode AND o.state < 2)
   AND subscriber_id = (SELECT o.subscriber_id FROM operator o WHERE o.id = $2);

-- name: readdress
-- The browser's new address; one that died by the old one lives.
UPDATE endpoint SET address = $2, address_hash = $3, key_id = $4, state = CASE WHEN state = 3 THEN 1 ELSE state END,
       closed_at = CASE WHEN state = 3 THEN NULL ELSE closed_at END
 WHERE id = $1 AND length(address) > 0;
