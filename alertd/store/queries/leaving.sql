-- Who may be left by the link at the foot of a message: it names an endpoint, and does not lapse.

-- name: stations_of_endpoint
-- The stations that have this endpoint's person, by name; none for an operator's hidden one, or for someone gone.
SELECT st.id, st.name, e.subscriber_id
  FROM endpoint e
  JOIN subscriber p ON p.id = e.subscriber_id AND p.hidden = 0
  JOIN subscription s ON s.subscriber_id = e.subscriber_id AND s.valid_until > now_ms()
  JOIN station st ON st.id = s.station_id
 WHERE e.id = $1
 ORDER BY st.name, st.id LIMIT 50;
