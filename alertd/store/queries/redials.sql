-- Calls that nobody answered, made again on a provider's late word. Of calls alone: what an SMS or a letter is told late is
-- for its own driver to say in words that last.

-- name: close
-- The try that the word ($2: {"endpoint_id": "the provider's reference"}) is about, if its answer was not read, or not yet:
-- the last by this gateway ($3), unless another is known by that reference.
UPDATE attempt SET closed_at = now_ms(), outcome = 'retry', code = $4, provider_ref = coalesce(nullif(r.value, ''), attempt.provider_ref)
  FROM json_each(CAST($2 AS TEXT)) r
 WHERE attempt.message_id = $1 AND attempt.endpoint_id = CAST(r.key AS BIGINT)
   AND attempt.ordinal = (SELECT max(l.ordinal) FROM attempt l JOIN sender s ON s.id = l.sender_id
                           WHERE l.message_id = $1 AND l.endpoint_id = attempt.endpoint_id AND s.gateway = $3 AND s.channel = 3)
   AND (attempt.closed_at IS NULL OR attempt.outcome = 'unknown')
   AND NOT EXISTS (SELECT 1 FROM attempt o WHERE o.message_id = attempt.message_id AND o.endpoint_id = attempt.endpoint_id
                      AND o.ordinal <> attempt.ordinal AND o.provider_ref = CAST(r.value AS TEXT));

-- name: standing
-- Of these deliveries those whose last try the word is about: a word told again, after the next call, moves nothing. `rung`:
-- how many calls were made; what never left does not count.
SELECT d.message_id, d.endpoint_id, d.channel, d.state, m.deliver_by, m.superseded_at, (SELECT now_ms()) AS now,
       (SELECT count(*) FROM attempt c WHERE c.message_id = d.message_id AND c.endpoint_id = d.endpoint_id
           AND (c.provider_ref IS NOT NULL OR coalesce(c.outcome, '') NOT IN ('retry', 'throttled'))) AS rung
  FROM json_each(CAST($2 AS TEXT)) r CROSS JOIN delivery d JOIN message m ON m.id = d.message_id
  JOIN attempt a ON a.message_id = d.message_id AND a.endpoint_id = d.endpoint_id AND a.ordinal = d.tries
  JOIN sender s ON s.id = a.sender_id
 WHERE d.message_id = $1 AND d.endpoint_id = CAST(r.key AS BIGINT) AND d.channel = 3 AND d.state IN (2, 3, 4) AND s.gateway = $3
   AND CAST(r.value AS TEXT) IN ('', coalesce(a.provider_ref, ''))
 ORDER BY d.endpoint_id;

-- name: told
-- Which tries at these endpoints ended by such a word before their answer was read.
SELECT endpoint_id, ordinal FROM attempt
 WHERE message_id = $1 AND endpoint_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))
   AND outcome = 'retry' AND provider_ref IS NOT NULL;
