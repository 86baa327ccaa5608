-- The sharing of dangers between two communes, and whose followers an alert is for beside its own station's.

-- name: near
-- The communes whose mairie lies in a box, of a mode ($1) and others than $2: those that may be neighbours.
SELECT id, parent_id, slug, name, kind, mode, insee, timezone, region, locale, latitude, longitude, outline, phone, private,
       suspended_at, accent
  FROM station
 WHERE kind = 'commune' AND mode = $1 AND id <> $2 AND private = 0 AND suspended_at IS NULL
   AND latitude BETWEEN $3 AND $4 AND longitude BETWEEN $5 AND $6
 ORDER BY name, id LIMIT 300;

-- name: propose
-- One signature; two communes have one sharing at a time.
INSERT INTO sharing (id, low_id, high_id, proposer_id, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: sign
-- The other one's: by whom it was proposed to.
UPDATE sharing SET signed_by = $3, signed_at = $4
 WHERE id = $1 AND proposer_id <> $2 AND (low_id = $2 OR high_id = $2) AND signed_at IS NULL AND ended_at IS NULL
RETURNING CASE WHEN low_id = $2 THEN high_id ELSE low_id END AS other_id;

-- name: end
-- By either, at any time.
UPDATE sharing SET ender_id = $2, ended_by = $3, ended_at = $4
 WHERE id = $1 AND (low_id = $2 OR high_id = $2) AND ended_at IS NULL
RETURNING CASE WHEN low_id = $2 THEN high_id ELSE low_id END AS other_id, signed_at;

-- name: of_station
-- What a station signed, or may sign, and what is over: the latest first; who did it as their colleagues know them (their
-- login, behind "operator:", may be an address).
SELECT h.id, h.proposer_id, coalesce(p.name, h.proposed_by) AS proposed_by, h.proposed_at,
       coalesce(g.name, h.signed_by) AS signed_by, h.signed_at, coalesce(f.name, h.ended_by) AS ended_by, h.ended_at,
       s.id AS other_id, s.name
  FROM sharing h JOIN station s ON s.id = CASE WHEN h.low_id = $1 THEN h.high_id ELSE h.low_id END
  LEFT JOIN operator p ON p.login = substr(h.proposed_by, 10)
  LEFT JOIN operator g ON g.login = substr(h.signed_by, 10)
  LEFT JOIN operator f ON f.login = substr(h.ended_by, 10)
 WHERE h.low_id = $1 OR h.high_id = $1
 ORDER BY CASE WHEN h.ended_at IS NULL THEN 0 ELSE 1 END, h.id DESC LIMIT $2;

-- name: to_sign
-- How many proposals wait for a station's signature.
SELECT count(*) AS n FROM sharing
 WHERE (low_id = $1 OR high_id = $1) AND proposer_id <> $1 AND signed_at IS NULL AND ended_at IS NULL;

-- name: signed
-- The neighbours with whom both have signed; who is suspended still has followers in danger.
SELECT s.id, s.parent_id, s.slug, s.name, s.kind, s.mode, s.insee, s.timezone, s.region, s.locale, s.latitude, s.longitude,
       s.outline, s.phone, s.private, s.suspended_at, s.accent
  FROM sharing h JOIN station s ON s.id = CASE WHEN h.low_id = $1 THEN h.high_id ELSE h.low_id END
 WHERE (h.low_id = $1 OR h.high_id = $1) AND h.signed_at IS NOT NULL AND h.ended_at IS NULL
 ORDER BY s.name, s.id LIMIT 100;

-- name: address
-- From now on this alert is for that station's followers too; once, however many updates it has.
INSERT INTO alert_beside (alert_id, station_id) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: untold
-- Stations whose mayors have not heard that their followers were warned.
SELECT c.alert_id, c.station_id, a.station_id AS sender_id, a.headline, a.exercise
  FROM alert_beside c JOIN alert a ON a.id = c.alert_id
 WHERE c.told_at IS NULL ORDER BY c.alert_id, c.station_id LIMIT $1;

-- name: tell
-- Whoever takes it tells it.
UPDATE alert_beside SET told_at = $3 WHERE alert_id = $1 AND station_id = $2 AND told_at IS NULL;
