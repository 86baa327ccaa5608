-- When an address was last heard of: something is known to have arrived there, or its person wrote, tapped or opened their own link.
-- Noted once a day at most; null: never since this is noted (`proven_at` says more then).
ALTER TABLE endpoint ADD COLUMN heard_at BIGINT;
ALTER TABLE endpoint ADD COLUMN probed_at BIGINT;    -- when it was asked silently whether it is still there

CREATE TABLE silent_probe (       -- a month's look at a station's silent telephones: begun once, whichever node comes first
  station_id  BIGINT NOT NULL,
  month       TEXT NOT NULL,                   -- '2026-03'
  began_at    BIGINT NOT NULL,
  subscriber  BIGINT NOT NULL DEFAULT 0,      -- cursor over the station's people
  asked       BIGINT NOT NULL DEFAULT 0,      -- how many were asked
  done_at     BIGINT,
  PRIMARY KEY (station_id, month)
);
CREATE INDEX message_probe ON message (created_at) WHERE kind = 'probe';  -- its messages, to be dropped soon
