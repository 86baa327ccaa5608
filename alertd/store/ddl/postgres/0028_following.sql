CREATE TABLE following (          -- a page that is open says where its person is: twelve hours at most, and only the last cell
  subscriber_id  BIGINT PRIMARY KEY,
  station_id     BIGINT NOT NULL REFERENCES station(id),  -- whose page it is
  token_hash     BYTEA NOT NULL UNIQUE,
  consent_at     BIGINT NOT NULL,
  until          BIGINT NOT NULL              -- then nothing is followed any more; wiped an hour later
);
