-- name: open
-- As on SQLite; here a list of keys is an array.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at)
SELECT $1, e.id, $3, $4, $5, $6 FROM unnest(CAST(translate(CAST($2 AS TEXT), '[]', '{}') AS BIGINT[])) e(id);

-- name: settle
-- As on SQLite, and as `close`.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at, provider_ref)
SELECT a.message_id, a.endpoint_id, a.ordinal, a.sender_id, a.node_id, a.started_at, nullif(r.value, '')
  FROM json_each_text(CAST($3 AS JSON)) r CROSS JOIN LATERAL (
         SELECT i.* FROM attempt i
          WHERE i.message_id = $1 AND i.endpoint_id = CAST(r.key AS BIGINT) AND i.ordinal = $2
            AND (i.closed_at IS NULL OR i.outcome = 'unknown')
         OFFSET 0) a
    ON CONFLICT (message_id, endpoint_id, ordinal)
    DO UPDATE SET closed_at = (SELECT now_ms()), outcome = $4, code = $5, provider_ref = excluded.provider_ref;

-- name: close
-- As on SQLite. LATERAL and OFFSET 0 keep PostgreSQL, as long as it has no statistics of a new message, from reading all
-- its attempts for each slice.
INSERT INTO attempt (message_id, endpoint_id, ordinal, sender_id, node_id, started_at, provider_ref)
SELECT a.message_id, a.endpoint_id, a.ordinal, a.sender_id, a.node_id, a.started_at, nullif(r.value, '')
  FROM json_each(CAST($3 AS TEXT)) r CROSS JOIN LATERAL (
         SELECT i.* FROM attempt i
          WHERE i.message_id = $1 AND i.endpoint_id = CAST(r.key AS BIGINT) AND i.ordinal = $2
            AND (i.closed_at IS NULL OR i.outcome = 'unknown')
         OFFSET 0) a
    ON CONFLICT (message_id, endpoint_id, ordinal)
    DO UPDATE SET closed_at = (SELECT now_ms()), outcome = $4, code = $5, provider_ref = excluded.provider_ref
RETURNING endpoint_id;
