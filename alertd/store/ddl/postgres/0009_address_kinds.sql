-- What kind of address an endpoint has, where a channel has several: 1 the usual one, 2 a phone's registration with its maker,
-- which another gateway speaks to than a browser's subscription. A bit each, so that a mask says which a statement is about.
ALTER TABLE endpoint ADD COLUMN kind BIGINT NOT NULL DEFAULT 1;
