CREATE TABLE spoken_code (        -- a code that a call said, by which a person who has only calls opens what is their own
  endpoint_id  INTEGER PRIMARY KEY,            -- the latest alone counts
  message_id   INTEGER NOT NULL,               -- the call: its delivery's code is the link that opens
  secret_hash  BLOB NOT NULL,
  tries        INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL
) STRICT;
