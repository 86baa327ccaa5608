CREATE TABLE departure (          -- who left what, by ids alone: done again after a restore, so that nobody is brought back
  id             INTEGER PRIMARY KEY,
  at             INTEGER NOT NULL,
  what           TEXT NOT NULL,                -- 'erased' | 'left' (station_id) | 'stopped' (endpoint_id) | 'returned'
  subscriber_id  INTEGER NOT NULL,             -- no reference: there may be nobody any more
  station_id     INTEGER,
  endpoint_id    INTEGER
) STRICT;
CREATE INDEX departure_at ON departure (at);
