-- When an address was last heard of: something is known to have arrived there, or its person wrote, tapped or opened their own link.
-- Noted once a day at most; null: never since this is noted (`proven_at` says more then).
ALTER TABLE endpoint ADD COLUMN heard_at INTEGER;
ALTER TABLE endpoint ADD COLUMN probed_at INTEGER;    -- when it was asked silently whether it is still there

CREATE TABLE silent_probe (       -- a month's look at a station's silent telephones: begun once, whichever node comes first
  station_id  INTEGER NOT NULL,
  month       TEXT NOT NULL,                   -- '2026-03'
  began_at    INTEGER NOT NULL,
  subscriber  INTEGER NOT NULL DEFAULT 0,      -- cursor over the station's people
  asked       INTEGER NOT NULL DEFAULT 0,      -- how many were asked
  done_at     INTEGER,
  PRIMARY KEY (station_id, month)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_probe ON message (created_at) WHERE kind = 'probe';  -- its messages, to be dropped soon
