-- What an organisation may send without waiting, because its commune agreed beforehand.

-- name: of_station
-- What holds now ($2: the moment), or held once, the newest first.
SELECT id, station_id, parent_id, topic, level, from_minute, to_minute, per_day, ends_at, granted_by, granted_at,
       withdrawn_by, withdrawn_at, used_day, used
  FROM preapproval WHERE station_id = $1 AND ends_at > $2 AND withdrawn_at IS NULL ORDER BY id DESC LIMIT 50;

-- name: add
-- Agreed beforehand.
INSERT INTO preapproval (id, station_id, parent_id, topic, level, from_minute, to_minute, per_day, ends_at, granted_by, granted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: withdraw
-- Not any more; by the commune that agreed alone.
UPDATE preapproval SET withdrawn_by = $4, withdrawn_at = $5
 WHERE id = $1 AND station_id = $2 AND parent_id = $3 AND withdrawn_at IS NULL;

-- name: use
-- One more of the day's ($2), in the transaction of what leaves: two at once do not both take the last.
UPDATE preapproval SET used = CASE WHEN used_day = $2 THEN used + 1 ELSE 1 END, used_day = $2
 WHERE id = $1 AND withdrawn_at IS NULL AND ends_at > $3 AND (used_day <> $2 OR used < per_day);
