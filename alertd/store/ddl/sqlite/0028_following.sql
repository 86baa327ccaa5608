CREATE TABLE following (          -- a page that is open says where its person is: twelve hours at most, and only the last cell
  subscriber_id  INTEGER PRIMARY KEY,
  station_id     INTEGER NOT NULL REFERENCES station(id),  -- whose page it is
  token_hash     BLOB NOT NULL UNIQUE,
  consent_at     INTEGER NOT NULL,
  until          INTEGER NOT NULL              -- then nothing is followed any more; wiped an hour later
) STRICT;
