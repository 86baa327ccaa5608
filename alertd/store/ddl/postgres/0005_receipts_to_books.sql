-- The way out, known better: what credit is left, what becomes of messages by gateway and range of numbers, and which alarms
-- were given.

-- What a prepaid account had left when its provider was asked last; null where it does not tell.
ALTER TABLE gateway_health ADD COLUMN credit DOUBLE PRECISION;
ALTER TABLE gateway_health ADD COLUMN credit_unit TEXT NOT NULL DEFAULT '';

-- The range of a telephone number ("+33639"): at least a million numbers begin so. Empty for other addresses.
ALTER TABLE endpoint ADD COLUMN prefix TEXT NOT NULL DEFAULT '';

CREATE TABLE gateway_rate (       -- what became of the latest messages, counted every few minutes
  channel     BIGINT NOT NULL,
  gateway     TEXT NOT NULL,
  prefix      TEXT NOT NULL,      -- empty: all of the gateway's
  addresses   BIGINT NOT NULL,  -- different ones
  handed      BIGINT NOT NULL,  -- to the provider
  delivered   BIGINT NOT NULL,  -- of these, seen included
  seen        BIGINT NOT NULL,
  counted_at  BIGINT NOT NULL,
  PRIMARY KEY (channel, gateway, prefix)
);

CREATE TABLE gateway_alarm (      -- what operators were told of; one row a gateway and kind, so that they are told once
  gateway    TEXT NOT NULL,
  kind       TEXT NOT NULL,       -- 'down' | 'credit'
  trouble    TEXT NOT NULL,       -- in the contract's word
  probed     BIGINT NOT NULL,   -- 1: a probe sees it, and so also when it is mended
  raised_at  BIGINT NOT NULL,
  ended_at   BIGINT,            -- null while it lasts
  PRIMARY KEY (gateway, kind)
);
