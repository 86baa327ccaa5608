CREATE TABLE departure (          -- who left what, by ids alone: done again after a restore, so that nobody is brought back
  id             BIGINT PRIMARY KEY,
  at             BIGINT NOT NULL,
  what           TEXT NOT NULL,                -- 'erased' | 'left' (station_id) | 'stopped' (endpoint_id) | 'returned'
  subscriber_id  BIGINT NOT NULL,              -- no reference: there may be nobody any more
  station_id     BIGINT,
  endpoint_id    BIGINT
);
CREATE INDEX departure_at ON departure (at);
