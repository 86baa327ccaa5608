-- Who works in a station, who is invited, and what two mayors decide together.

-- name: members
-- With their roles, the highest first.
SELECT o.id, o.login, o.name, r.role FROM role r JOIN operator o ON o.id = r.operator_id
 WHERE r.station_id = $1 AND o.disabled_at IS NULL ORDER BY r.role DESC, o.name, o.id LIMIT 500;

-- name: mayors
-- Who could still decide, $2 apart: who has neither a password nor a passkey yet cannot.
SELECT count(*) AS n FROM role r JOIN operator o ON o.id = r.operator_id
 WHERE r.station_id = $1 AND r.role = 4 AND o.disabled_at IS NULL AND o.id <> $2
   AND (o.password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM passkey k WHERE k.operator_id = o.id));

-- name: invite
-- The token itself is in the letter and nowhere else.
INSERT INTO invitation (id, station_id, operator_id, role, token_hash, invited_by, created_at, expires_at, leaver_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: invitation
-- By what the letter's link holds, while it is open.
SELECT i.id, i.station_id, i.operator_id, i.role, i.invited_by, i.leaver_id, o.login, o.name, s.name AS station, s.kind, s.accent,
       CAST(CASE WHEN o.password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM passkey k WHERE k.operator_id = o.id) THEN 1 ELSE 0 END AS BIGINT) AS known
  FROM invitation i JOIN operator o ON o.id = i.operator_id JOIN station s ON s.id = i.station_id
 WHERE i.token_hash = $1 AND i.settled_at IS NULL AND i.expires_at > $2 AND o.disabled_at IS NULL;

-- name: rehearsed
-- Whether the station ($2) is live, and the operator ($1) known by e-mail ($3) from the sandbox alone, where others read along.
SELECT o.id FROM operator o JOIN station s ON s.id = $2
 WHERE o.id = $1 AND s.mode = 0
   AND EXISTS (SELECT 1 FROM endpoint e WHERE e.subscriber_id = o.subscriber_id AND e.channel = $3 AND e.mode = 1)
   AND NOT EXISTS (SELECT 1 FROM endpoint e WHERE e.subscriber_id = o.subscriber_id AND e.channel = $3 AND e.mode = 0 AND e.state = 1);

-- name: invited
-- Those who have not come yet.
SELECT i.id, i.role, i.expires_at, i.leaver_id, o.name, o.login FROM invitation i JOIN operator o ON o.id = i.operator_id
 WHERE i.station_id = $1 AND i.settled_at IS NULL AND i.expires_at > $2 ORDER BY i.id LIMIT 100;

-- name: settle_invitation
-- Accepted once, or withdrawn.
UPDATE invitation SET settled_at = $3 WHERE id = $1 AND station_id = $2 AND settled_at IS NULL;

-- name: propose
-- It waits for another mayor.
INSERT INTO proposal (id, station_id, kind, content, author, created_at, expires_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting');

-- name: proposals
-- What waits in a station.
SELECT id, kind, content, author, created_at, expires_at FROM proposal
 WHERE station_id = $1 AND state = 'waiting' AND expires_at > $2 ORDER BY id LIMIT 100;

-- name: decide
-- Once, and by somebody other than its author where it is agreed to.
UPDATE proposal SET state = $3, decided_by = $4, decided_at = $5
 WHERE id = $1 AND station_id = $2 AND state = 'waiting' AND expires_at > $5 AND (author <> $4 OR $3 = 'declined')
RETURNING kind, content, author;
