-- How many a paper is about.

-- name: station
-- Of one station: people who are subscribed, children on its lists, and operators.
SELECT (SELECT count(*) FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id AND p.hidden = 0
         WHERE s.station_id = $1 AND s.valid_until > now_ms()) AS people,
       (SELECT count(*) FROM pupil WHERE station_id = $1) AS pupils,
       (SELECT count(*) FROM role WHERE station_id = $1) AS operators;
