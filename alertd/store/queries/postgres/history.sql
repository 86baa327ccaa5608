-- PostgreSQL has another name for it.

-- name: page
-- As on SQLite.
SELECT a.id, a.station_id, a.state, a.level, a.topic, a.headline, a.exercise, a.private, a.expires, a.created_at, a.closed_at, a.head_id,
       (SELECT min(s.created_at) FROM event s WHERE s.alert_id = a.id) AS sent_at,
       (SELECT h.topic_labels FROM event h WHERE h.id = a.head_id) AS topic_labels,
       '[' || (SELECT string_agg(e.content, ',') FROM event e WHERE e.alert_id = a.id) || ']' AS said
  FROM alert a
 WHERE a.station_id = $1 AND a.id < $2 AND (SELECT min(s.created_at) FROM event s WHERE s.alert_id = a.id) >= $3
   AND (SELECT min(s.created_at) FROM event s WHERE s.alert_id = a.id) < $4 AND (CAST($5 AS TEXT) = '' OR a.topic = $5)
   AND a.head_id IS NOT NULL
 ORDER BY a.id DESC LIMIT $6;
