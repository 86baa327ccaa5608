-- name: add
-- The same file again, after its purge or before, is the same row: it is only young again.
INSERT INTO attachment (id, station_id, digest, kind, body, width, height, added_by, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (station_id, digest) DO UPDATE SET created_at = $9;

-- name: known
-- What a digest stands for in this station, without its bytes.
SELECT kind, width, height FROM attachment WHERE station_id = $1 AND digest = $2;

-- name: body
-- For those who may see it by other means: an operator of the station, the reader of a personal link.
SELECT kind, body FROM attachment WHERE station_id = $1 AND digest = $2;

-- name: shown_to_all
-- For anybody: only what a released alert of a public station shows to everyone now. An update may have turned to a group, or
-- from one: the newest event decides, as on the board (`public.sql`).
SELECT a.kind, a.body
  FROM attachment a
 WHERE a.digest = $1
   AND EXISTS (SELECT 1 FROM alert_attachment u
                 JOIN alert t ON t.id = u.alert_id
                 JOIN station s ON s.id = t.station_id
                WHERE u.attachment_id = a.id AND s.private = 0 AND t.head_id IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM event_group g WHERE g.event_id = t.head_id))
 LIMIT 1;

-- name: let_go
-- Before the thread's new ones are noted: what was taken out of it is shown no more.
DELETE FROM alert_attachment WHERE alert_id = $1;

-- name: keep
-- Nothing is noted of a file that was purged meanwhile: whoever releases is told.
INSERT INTO alert_attachment (alert_id, attachment_id)
SELECT CAST($1 AS BIGINT), id FROM attachment WHERE station_id = $2 AND digest = $3;

-- name: purge
-- Files that no alert has, brought before $1.
DELETE FROM attachment
 WHERE created_at < $1 AND NOT EXISTS (SELECT 1 FROM alert_attachment u WHERE u.attachment_id = attachment.id);

-- name: freshen
-- A file that another station is asked to show, too, is young again: it outlives the time to answer.
UPDATE attachment SET created_at = $3 WHERE station_id = $1 AND digest = $2;

-- name: copy
-- What a station ($3) asked another ($2) to send on comes along with its files.
INSERT INTO attachment (id, station_id, digest, kind, body, width, height, added_by, created_at)
SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), digest, kind, body, width, height, CAST($5 AS TEXT), CAST($6 AS BIGINT)
  FROM attachment WHERE station_id = $3 AND digest = $4
ON CONFLICT (station_id, digest) DO UPDATE SET created_at = $6;
