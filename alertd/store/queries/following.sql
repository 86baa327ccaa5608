-- Who says where they are: a page that is open, for twelve hours at most.

-- name: begin
-- With a consent of its own; the page before it answers no more.
INSERT INTO following (subscriber_id, station_id, token_hash, consent_at, until) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (subscriber_id) DO UPDATE SET
  station_id = excluded.station_id, token_hash = excluded.token_hash, consent_at = excluded.consent_at, until = excluded.until;

-- name: by_token
-- Whose page it is, at station $2, while it may still say something ($3).
SELECT subscriber_id, consent_at, until FROM following WHERE token_hash = $1 AND station_id = $2 AND until > $3;

-- name: of_person
-- Whether somebody is followed now ($2).
SELECT until FROM following WHERE subscriber_id = $1 AND until > $2;

-- name: stop
-- One tap: from now on ($2) nothing.
UPDATE following SET until = $2 WHERE subscriber_id = $1 AND until > $2;

-- name: over
-- Those that ended before $1, a slice: what is left of them is to be wiped.
SELECT subscriber_id FROM following WHERE until < $1 ORDER BY until LIMIT $2;

-- name: wipe
-- With what was agreed; a page that was opened anew meanwhile ($2) stays.
DELETE FROM following WHERE subscriber_id = $1 AND until < $2;

-- name: places
-- Where somebody is or was lately, by this means.
SELECT ordinal, cell, created_at, ended_at FROM place WHERE subscriber_id = $1 AND kind = 'current' ORDER BY ordinal;

-- name: last_ordinal
-- Numbers of places are not used again.
SELECT COALESCE(MAX(ordinal), 0) AS last FROM place WHERE subscriber_id = $1;

-- name: add_place
-- It ends by itself ($5), whether or not anybody says so.
INSERT INTO place (subscriber_id, ordinal, cell, kind, created_at, ended_at) VALUES ($1, $2, $3, 'current', $4, $5);

-- name: forget_places
-- No trace of a way: cells that ended before $2 say nothing to any alert any more. Reach is dropped before, and derived after it.
DELETE FROM place WHERE subscriber_id = $1 AND kind = 'current' AND ended_at <= $2;

-- name: erase
-- Of someone who is erased nothing is followed.
DELETE FROM following WHERE subscriber_id = $1;
