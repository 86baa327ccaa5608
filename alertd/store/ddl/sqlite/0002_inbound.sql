CREATE TABLE inbound (            -- an SMS that somebody wrote to us: sealed, purged after thirty days
  id            INTEGER PRIMARY KEY,
  gateway       TEXT NOT NULL,
  provider_ref  TEXT NOT NULL,                 -- the provider's key for it, or a keyed hash of what it says
  received_at   INTEGER NOT NULL,
  content       BLOB NOT NULL,                 -- who wrote, to which number, what
  key_id        INTEGER NOT NULL,
  heeded_at     INTEGER,
  UNIQUE (gateway, provider_ref)               -- a repeated callback counts once
) STRICT;
CREATE INDEX inbound_open ON inbound (id) WHERE heeded_at IS NULL;
