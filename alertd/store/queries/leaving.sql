-- Who may be left by the link at the foot of a message: it names an endpoint, and does not lapse.

-- name: stations_of_endpoint
-- The stations that have this endpoint's person, by name; none for an operator's hidden one, or for someone gone;
-- canaries' is not left by a link, or nobody would notice that none fly any more.
SELECT st.id, st.name, st.slug, e.subscriber_id, p.locale
  FROM endpoint e
  JOIN subscriber p ON p.id = e.subscriber_id AND p.hidden = 0
  JOIN subscription s ON s.subscriber_id = e.subscriber_id AND s.valid_until > now_ms()
  JOIN station st ON st.id = s.station_id AND st.kind <> 'canary'
 WHERE e.id = $1
 ORDER BY st.name, st.id LIMIT 50;

-- name: through
-- By which of its person's stations an endpoint ($1) was ever within reach of a station ($2, its slug) that the person does not
-- follow: an alert of the one was for the followers of the others.
SELECT DISTINCT c.station_id AS id
  FROM endpoint e
  JOIN subscription s ON s.subscriber_id = e.subscriber_id
  JOIN station w ON w.slug = $2
  JOIN alert_beside c ON c.station_id = s.station_id
  JOIN alert a ON a.id = c.alert_id AND a.station_id = w.id
 WHERE e.id = $1 LIMIT 50;
