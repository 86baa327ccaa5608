CREATE TABLE inbound (            -- an SMS that somebody wrote to us: sealed, purged after thirty days
  id            BIGINT PRIMARY KEY,
  gateway       TEXT NOT NULL,
  provider_ref  TEXT NOT NULL,                 -- the provider's key for it, or a keyed hash of what it says
  received_at   BIGINT NOT NULL,
  content       BYTEA NOT NULL,                -- who wrote, to which number, what
  key_id        BIGINT NOT NULL,
  heeded_at     BIGINT,
  UNIQUE (gateway, provider_ref)               -- a repeated callback counts once
);
CREATE INDEX inbound_open ON inbound (id) WHERE heeded_at IS NULL;
