CREATE TABLE joining (            -- somebody joins: what they wish, until each of their ways is proven; forgotten after two days
  id             BIGINT PRIMARY KEY,
  token_hash     BYTEA NOT NULL UNIQUE,         -- of the page that waits for codes
  station_id     BIGINT NOT NULL REFERENCES station(id),
  courier_id     BIGINT NOT NULL,             -- a hidden subscriber, whose endpoints carry the codes and nothing else
  subscriber_id  BIGINT,                      -- whose the first proven way is; null: none is yet
  wish           BYTEA NOT NULL,                -- places, topics, language, end: sealed
  key_id         BIGINT NOT NULL,
  created_at     BIGINT NOT NULL
);
CREATE INDEX joining_created ON joining (created_at);

CREATE TABLE proof (              -- one way of theirs, that counts once its code or link came back, or its key was pressed
  endpoint_id  BIGINT PRIMARY KEY,            -- the courier's: whoever has the address already is not touched, nor told apart
  joining_id   BIGINT NOT NULL REFERENCES joining(id),
  channel      BIGINT NOT NULL,
  secret_hash  BYTEA NOT NULL UNIQUE,           -- of the code, with our key; of the link's secret
  tries        BIGINT NOT NULL DEFAULT 0,
  expires_at   BIGINT NOT NULL,
  proven_at    BIGINT
);
CREATE INDEX proof_joining ON proof (joining_id);
CREATE INDEX proof_rung ON proof (endpoint_id) WHERE channel = 3 AND proven_at IS NULL;  -- calls under way
