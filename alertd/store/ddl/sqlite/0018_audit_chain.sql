-- Each row of the audit holds to the one before it (alertd/store/chain.py); rows that are there already are chained here,
-- in the order of their ids. What was changed before today cannot be found; what is changed from now on is.

ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';

WITH RECURSIVE chain(id, hash) AS (
  SELECT id, audit_hash('', id, at, station_id, actor, action, object, detail)
    FROM audit WHERE id = (SELECT min(id) FROM audit)
  UNION ALL
  SELECT a.id, audit_hash(c.hash, a.id, a.at, a.station_id, a.actor, a.action, a.object, a.detail)
    FROM chain c JOIN audit a ON a.id = (SELECT min(n.id) FROM audit n WHERE n.id > c.id)
)
UPDATE audit SET hash = chain.hash FROM chain WHERE chain.id = audit.id;

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
