CREATE TABLE spoken_code (        -- a code that a call said, by which a person who has only calls opens what is their own
  endpoint_id  BIGINT PRIMARY KEY,            -- the latest alone counts
  message_id   BIGINT NOT NULL,               -- the call: its delivery's code is the link that opens
  secret_hash  BYTEA NOT NULL,
  tries        BIGINT NOT NULL DEFAULT 0,
  created_at   BIGINT NOT NULL
);
