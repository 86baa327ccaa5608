CREATE TABLE joining (            -- somebody joins: what they wish, until each of their ways is proven; forgotten after two days
  id             INTEGER PRIMARY KEY,
  token_hash     BLOB NOT NULL UNIQUE,         -- of the page that waits for codes
  station_id     INTEGER NOT NULL REFERENCES station(id),
  courier_id     INTEGER NOT NULL,             -- a hidden subscriber, whose endpoints carry the codes and nothing else
  subscriber_id  INTEGER,                      -- whose the first proven way is; null: none is yet
  wish           BLOB NOT NULL,                -- places, topics, language, end: sealed
  key_id         INTEGER NOT NULL,
  created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX joining_created ON joining (created_at);

CREATE TABLE proof (              -- one way of theirs, that counts once its code or link came back, or its key was pressed
  endpoint_id  INTEGER PRIMARY KEY,            -- the courier's: whoever has the address already is not touched, nor told apart
  joining_id   INTEGER NOT NULL REFERENCES joining(id),
  channel      INTEGER NOT NULL,
  secret_hash  BLOB NOT NULL UNIQUE,           -- of the code, with our key; of the link's secret
  tries        INTEGER NOT NULL DEFAULT 0,
  expires_at   INTEGER NOT NULL,
  proven_at    INTEGER
) STRICT;
CREATE INDEX proof_joining ON proof (joining_id);
CREATE INDEX proof_rung ON proof (endpoint_id) WHERE channel = 3 AND proven_at IS NULL;  -- calls under way
