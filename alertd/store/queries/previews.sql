-- name: add
-- What was shown; its id is random and is the digest that releases it.
INSERT INTO preview (id, station_id, alert_id, actor, content_hash, content, people, endpoints, coverage, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now_ms());

-- name: one
-- A preview, by its digest.
SELECT id, station_id, alert_id, actor, content_hash, content, people, endpoints, created_at, event_id, coverage FROM preview WHERE id = $1;

-- name: spend
-- It releases once.
UPDATE preview SET event_id = $2 WHERE id = $1 AND event_id IS NULL;

-- name: purge
-- Those that can release nothing any more, nor answer a repeated click.
DELETE FROM preview WHERE created_at < $1;
