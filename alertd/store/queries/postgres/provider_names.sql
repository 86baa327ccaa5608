-- name: keep
-- As on SQLite. LATERAL and OFFSET 0 keep PostgreSQL from reading all attempts of a message for each slice.
INSERT INTO provider_name (gateway, name, message_id, endpoint_id, ordinal, parts, state, given_at)
SELECT s.gateway, r.key, a.message_id, a.endpoint_id, a.ordinal, $4, $5, (SELECT now_ms())
  FROM json_each(CAST($3 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT i.* FROM attempt i
          WHERE i.message_id = $1 AND i.endpoint_id = CAST(r.value AS BIGINT) AND i.ordinal = $2
         OFFSET 0) a JOIN sender s ON s.id = a.sender_id
    ON CONFLICT (gateway, name)
    DO UPDATE SET message_id = excluded.message_id, endpoint_id = excluded.endpoint_id, ordinal = excluded.ordinal,
                  parts = excluded.parts, given_at = excluded.given_at,
                  state = CASE WHEN provider_name.message_id = excluded.message_id AND provider_name.endpoint_id = excluded.endpoint_id
                                AND provider_name.ordinal = excluded.ordinal THEN provider_name.state ELSE excluded.state END;

-- name: find
-- As on SQLite; OFFSET 0 as above.
SELECT n.name, n.message_id, n.endpoint_id, n.ordinal, n.parts, n.state
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT i.* FROM provider_name i WHERE i.gateway = $1 AND i.name = r.value
         OFFSET 0) n;

-- name: several
-- As on SQLite; a list of keys is an array, as in deliveries.sql.
SELECT endpoint_id, ordinal, parts, state FROM provider_name
 WHERE message_id = $1 AND endpoint_id = ANY (CAST(translate(CAST($2 AS TEXT), '[]', '{}') AS BIGINT[])) AND parts > 1;
