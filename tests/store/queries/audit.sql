-- What tests of the audit look at.

-- name: list_of_station
-- Newest first, a page at a time: $2 is the id below which the page begins.
SELECT id, at, station_id, actor, action, object, detail FROM audit
WHERE station_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;
