-- What tests of STOP and START look at.

-- name: parted
-- What STOPs ended.
SELECT * FROM parted ORDER BY station_id, subscriber_id;

-- name: subscriptions
-- Who has whom.
SELECT station_id, subscriber_id, consent_source, consent_at, consent_proof, ref FROM subscription ORDER BY station_id, subscriber_id;

-- name: members
-- Whom the lists hold.
SELECT group_id, subscriber_id FROM group_member ORDER BY group_id, subscriber_id;
