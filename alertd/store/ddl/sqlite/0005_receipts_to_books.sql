-- The way out, known better: what credit is left, what becomes of messages by gateway and range of numbers, and which alarms
-- were given.

-- What a prepaid account had left when its provider was asked last; null where it does not tell.
ALTER TABLE gateway_health ADD COLUMN credit REAL;
ALTER TABLE gateway_health ADD COLUMN credit_unit TEXT NOT NULL DEFAULT '';

-- The range of a telephone number ("+33639"): at least a million numbers begin so. Empty for other addresses.
ALTER TABLE endpoint ADD COLUMN prefix TEXT NOT NULL DEFAULT '';

CREATE TABLE gateway_rate (       -- what became of the latest messages, counted every few minutes
  channel     INTEGER NOT NULL,
  gateway     TEXT NOT NULL,
  prefix      TEXT NOT NULL,      -- empty: all of the gateway's
  addresses   INTEGER NOT NULL,  -- different ones
  handed      INTEGER NOT NULL,  -- to the provider
  delivered   INTEGER NOT NULL,  -- of these, seen included
  seen        INTEGER NOT NULL,
  counted_at  INTEGER NOT NULL,
  PRIMARY KEY (channel, gateway, prefix)
) STRICT, WITHOUT ROWID;

CREATE TABLE gateway_alarm (      -- what operators were told of; one row a gateway and kind, so that they are told once
  gateway    TEXT NOT NULL,
  kind       TEXT NOT NULL,       -- 'down' | 'credit'
  trouble    TEXT NOT NULL,       -- in the contract's word
  probed     INTEGER NOT NULL,   -- 1: a probe sees it, and so also when it is mended
  raised_at  INTEGER NOT NULL,
  ended_at   INTEGER,            -- null while it lasts
  PRIMARY KEY (gateway, kind)
) STRICT, WITHOUT ROWID;
