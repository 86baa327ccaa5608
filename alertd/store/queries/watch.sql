-- What the watch sees, and what it has told.

-- name: open
-- What is wrong and has not ended, told or not yet.
SELECT id, kind, object, blanks, since, seen_at, raised_at, told_at, ended_at
  FROM watch_alarm WHERE ended_at IS NULL ORDER BY since, id;

-- name: latest
-- The latest that lasted long enough to be told, the newest first.
SELECT id, kind, object, blanks, since, seen_at, raised_at, told_at, ended_at
  FROM watch_alarm WHERE raised_at IS NOT NULL ORDER BY id DESC LIMIT $1;

-- name: find
-- Seen for the first time: by one of several nodes, since an open one is there once.
INSERT INTO watch_alarm (id, kind, object, blanks, since, seen_at) VALUES ($1, $2, $3, $4, now_ms(), now_ms())
    ON CONFLICT DO NOTHING;

-- name: see
-- Seen again.
UPDATE watch_alarm SET seen_at = now_ms(), blanks = $2 WHERE id = $1 AND ended_at IS NULL;

-- name: raise
-- It has lasted $2 milliseconds: no slip. Whoever is first says so.
UPDATE watch_alarm SET raised_at = now_ms()
 WHERE id = $1 AND raised_at IS NULL AND ended_at IS NULL AND since <= now_ms() - $2;

-- name: tell
-- Whoever is first writes the letters, in the same transaction.
UPDATE watch_alarm SET told_at = now_ms() WHERE id = $1 AND raised_at IS NOT NULL AND told_at IS NULL AND ended_at IS NULL;

-- name: end
-- Nobody has seen it for $2 milliseconds, of what comes and goes for $3: whoever is first says that it is over. What began again
-- within $4 of its last end comes and goes.
UPDATE watch_alarm SET ended_at = now_ms()
 WHERE id = $1 AND ended_at IS NULL AND raised_at IS NOT NULL
   AND seen_at <= now_ms() - CASE WHEN EXISTS (
         SELECT 1 FROM watch_alarm b WHERE b.kind = watch_alarm.kind AND b.object = watch_alarm.object
            AND b.id <> watch_alarm.id AND b.ended_at > watch_alarm.since - $4)
       THEN CAST($3 AS BIGINT) ELSE CAST($2 AS BIGINT) END;

-- name: drop_slips
-- What was gone before it was told, not seen for $1 milliseconds.
DELETE FROM watch_alarm WHERE raised_at IS NULL AND seen_at <= now_ms() - $1;

-- name: abandon
-- Of a machine that does not come back nobody says that it is well: not seen for $1 milliseconds, it is closed without a letter.
UPDATE watch_alarm SET ended_at = now_ms() WHERE ended_at IS NULL AND seen_at <= now_ms() - $1;

-- name: forget
-- What ended before $1 is history that nobody asks for.
DELETE FROM watch_alarm WHERE ended_at < $1;

-- name: queued
-- By channel, what is urgent and stands in a queue by the books of open messages, since when the oldest could have left, and a
-- number that changes whenever anything of that channel moves.
SELECT channel, CAST(sum(queued) AS BIGINT) AS queued, CAST(sum(moved) AS BIGINT) AS moved,
       min(CASE WHEN queued > 0 THEN since END) AS since, now_ms() AS now
  FROM (SELECT m.id, t.channel,
               CASE WHEN e.onset > m.created_at THEN e.onset ELSE m.created_at END AS since,
               CASE WHEN m.lane <= 2 AND m.superseded_at IS NULL THEN sum(CASE WHEN t.state = 1 THEN t.n ELSE 0 END) ELSE 0 END AS queued,
               sum(CASE WHEN t.state > 2 THEN t.n ELSE 0 END) AS moved
          FROM message m JOIN tally t ON t.message_id = m.id LEFT JOIN event e ON e.id = m.event_id
         WHERE m.closed_at IS NULL AND m.mode = 0
           AND NOT EXISTS (SELECT 1 FROM setting WHERE key = 'sending' AND value = 'paused')
         GROUP BY m.id, t.channel, e.onset, m.created_at, m.lane, m.superseded_at) book
 GROUP BY channel;

-- name: spreading
-- What is urgent and has yet to be fanned out, since when, and a number that changes as it goes on.
SELECT count(*) AS queued, avg(CAST(f.subscriber AS DOUBLE PRECISION)) AS moved, min(f.due_at) AS since, now_ms() AS now
  FROM fan_out f JOIN message m ON m.id = f.message_id
 WHERE f.done_at IS NULL AND f.due_at <= now_ms() AND m.lane <= 2 AND m.mode = 0 AND m.superseded_at IS NULL;

-- name: overdue
-- Of what is urgent and waits although its time has come a minute ago, the oldest; and how many wait of its message by the books,
-- which changes as they come due.
SELECT count(*) AS queued, min(oldest.due_at) AS since, now_ms() AS now,
       CAST(sum((SELECT sum(t.n) FROM tally t WHERE t.message_id = oldest.message_id AND t.state = 0)) AS BIGINT) AS moved
  FROM (SELECT d.message_id, d.due_at FROM delivery d JOIN message m ON m.id = d.message_id
         WHERE d.state = 0 AND d.due_at <= now_ms() - 60000 AND m.lane <= 2 AND m.mode = 0 AND m.superseded_at IS NULL
           AND m.closed_at IS NULL
         ORDER BY d.due_at LIMIT 1) oldest;
