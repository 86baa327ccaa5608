-- Organisations: stations under a commune, what it granted them, and what they ask of it.

-- name: children
-- The stations directly under one, by name, with what the commune must know of each: followers now, alerts since $2
-- (exercises are no alerts).
SELECT s.id, s.slug, s.name, s.kind, s.suspended_at, s.info_per_day,
       (SELECT count(*) FROM subscription f WHERE f.station_id = s.id AND f.valid_until > now_ms()) AS followers,
       (SELECT count(*) FROM alert a WHERE a.station_id = s.id AND a.state <> 'draft' AND a.exercise = 0 AND a.created_at >= $2) AS alerts
  FROM station s WHERE s.parent_id = $1 ORDER BY s.name, s.id LIMIT 500;

-- name: grants
-- The danger templates that an organisation may send.
SELECT template FROM danger_grant WHERE station_id = $1 ORDER BY template LIMIT 100;

-- name: grant
-- Twice is once.
INSERT INTO danger_grant (station_id, template, granted_by, granted_at) VALUES ($1, $2, $3, now_ms())
ON CONFLICT (station_id, template) DO NOTHING;

-- name: withdraw
-- From now on: what is under way can still be ended.
DELETE FROM danger_grant WHERE station_id = $1 AND template = $2;

-- name: deciders
-- Where those are told who decide in a station ($1): deputies and mayors who may still log in; each at one address before
-- anybody at a second.
SELECT e.id, e.channel
  FROM role r JOIN operator o ON o.id = r.operator_id JOIN endpoint e ON e.subscriber_id = o.subscriber_id
 WHERE r.station_id = $1 AND r.role >= 3 AND o.disabled_at IS NULL AND e.state = 1 AND e.mode = 0
 ORDER BY row_number() OVER (PARTITION BY o.id ORDER BY e.id), e.id LIMIT $2;

-- name: payer
-- Who pays a station's SMS and calls, where that was decided.
SELECT sms_paid_by FROM station WHERE id = $1;

-- name: set_payer
-- The last word counts.
UPDATE station SET sms_paid_by = $2 WHERE id = $1;
