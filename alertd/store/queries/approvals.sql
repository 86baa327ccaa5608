-- A second person agrees before a message leaves, within a time.

-- name: rule
-- What a station decided for a level.
SELECT minutes, deputy_minutes, otherwise FROM approval_rule WHERE station_id = $1 AND level = $2;

-- name: set_rule
-- The last word counts.
INSERT INTO approval_rule (station_id, level, minutes, deputy_minutes, otherwise) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (station_id, level) DO UPDATE
   SET minutes = excluded.minutes, deputy_minutes = excluded.deputy_minutes, otherwise = excluded.otherwise;

-- name: drop_rule
-- Nobody is asked any more; what waits already goes on waiting.
DELETE FROM approval_rule WHERE station_id = $1 AND level = $2;

-- name: ask
-- Once for a preview, and once at a time for an alert: whoever comes second changes nothing.
INSERT INTO approval (id, station_id, alert_id, digest, author, act, level, content, content_hash, people,
                      asked_at, deputy_at, ends_at, otherwise, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'waiting') ON CONFLICT DO NOTHING;

-- name: by_digest
-- What the same click asked before.
SELECT alert_id FROM approval WHERE digest = $1;

-- name: latest
-- The last that was asked of an alert, whatever became of it.
SELECT id, station_id, alert_id, digest, author, act, level, content, content_hash, people, asked_at, deputy_at, ends_at,
       otherwise, called_at, state, decided_by, decided_at, reason
  FROM approval WHERE alert_id = $1 ORDER BY id DESC LIMIT 1;

-- name: of_station
-- What waits in a station, the most pressing first.
SELECT p.alert_id, p.author, p.act, p.level, p.people, p.asked_at, p.deputy_at, p.ends_at, p.otherwise, p.content FROM approval p
 WHERE p.station_id = $1 AND p.state = 'waiting' ORDER BY p.ends_at, p.id LIMIT 100;

-- name: waiting
-- How many wait for somebody other than $2, up to the level ($3) that they may release.
SELECT count(*) AS n FROM approval WHERE station_id = $1 AND state = 'waiting' AND author <> $2 AND level <= $3;

-- name: due
-- Whose time has come: the deputies are to be called, or nobody answered.
SELECT id, station_id, alert_id, digest, author, act, level, content, content_hash, people, asked_at, deputy_at, ends_at,
       otherwise, called_at, state, decided_by, decided_at, reason
  FROM approval WHERE state = 'waiting' AND (ends_at <= $1 OR (deputy_at <= $1 AND called_at IS NULL)) ORDER BY ends_at LIMIT $2;

-- name: call
-- One node calls the deputies.
UPDATE approval SET called_at = $2 WHERE id = $1 AND state = 'waiting' AND called_at IS NULL;

-- name: settle
-- Whoever is first decides, in the transaction of what the decision makes.
UPDATE approval SET state = $2, decided_by = $3, decided_at = $4, reason = $5 WHERE id = $1 AND state = 'waiting';

-- name: pend
-- It waits: nobody rewrites it any more.
UPDATE alert SET state = 'pending' WHERE id = $1 AND state = 'draft';

-- name: unpend
-- It waits no more: what was not agreed to is a draft again, and what leaves now leaves as one. An update's thread never waited.
UPDATE alert SET state = 'draft' WHERE id = $1 AND state = 'pending';

-- name: able
-- Where those are told who may agree ($2: their least role), their author ($3) apart; each at one address before anybody at a second.
SELECT e.id, e.channel
  FROM role r JOIN operator o ON o.id = r.operator_id JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE r.station_id = $1 AND r.role >= $2 AND o.disabled_at IS NULL AND 'operator:' || o.login <> $3
   AND e.state = 1 AND e.mode = 0
 ORDER BY row_number() OVER (PARTITION BY o.id ORDER BY e.id), e.id LIMIT $4;

-- name: author
-- Where the one is told who asked.
SELECT e.id, e.channel FROM operator o JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE 'operator:' || o.login = $1 AND o.disabled_at IS NULL AND e.state = 1 AND e.mode = 0 ORDER BY e.id LIMIT $2;
