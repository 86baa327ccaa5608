-- name: start
-- This process, by its unique name; the boot tells one life of it from the next.
INSERT INTO node (id, name, boot, seen_at) VALUES ($1, $2, $3, now_ms())
    ON CONFLICT (name) DO UPDATE SET boot = excluded.boot, seen_at = excluded.seen_at
RETURNING id;

-- name: name_senders
-- As which senders this life of a node speaks: a queue that no living node names is given on.
UPDATE node SET senders = $2 WHERE id = $1;

-- name: beat
-- Still alive, by the database's clock.
UPDATE node SET seen_at = now_ms() WHERE id = $1;

-- name: lost
-- Nodes that have been silent for longer than a lease ($2): what they held is nobody's.
SELECT id FROM node WHERE id <> $1 AND seen_at < now_ms() - $2;

-- name: lay_down
-- What it held has been recovered: it is not looked at again until it comes back, and says so itself.
UPDATE node SET seen_at = 253402300799000 WHERE id = $1 AND seen_at < now_ms() - $2;

-- name: clock
-- The store's time, by which leases and limits are judged.
SELECT now_ms() AS now;

-- name: quiet
-- Whether it is time to say again that this node ($1) is alive: every $2 milliseconds, and at once when it was laid down
-- while it was frozen, or the database's clock was set back.
SELECT id FROM node WHERE id = $1 AND (seen_at <= now_ms() - $2 OR seen_at > now_ms());

-- name: names
-- The nodes that ever were, the newest first: what the audit calls by number, people know by name; and when each
-- said last that it is alive.
SELECT id, name, seen_at FROM node ORDER BY id DESC LIMIT 200;

-- name: part
-- This node has ended its work: what it may have left is looked for at once, and not after a lease.
UPDATE node SET seen_at = 0 WHERE id = $1;

-- name: tell_secrets
-- Which secrets this life of a node reads, and which one seals: a rotation waits until every node is ready for it.
UPDATE node SET secrets = $2 WHERE id = $1;

-- name: secrets
-- What nodes said of their secrets, ($1: milliseconds) whether each is alive, those that are laid down being dated far ahead, and
-- whether it ended its work.
SELECT name, secrets, CAST(CASE WHEN seen_at BETWEEN now_ms() - $1 AND now_ms() + $1 THEN 1 ELSE 0 END AS BIGINT) AS alive,
       CAST(CASE WHEN seen_at = 0 THEN 1 ELSE 0 END AS BIGINT) AS parted
  FROM node ORDER BY id DESC LIMIT 1000;
