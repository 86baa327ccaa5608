CREATE TABLE station_topic (      -- what a station decided about a topic
  station_id  BIGINT NOT NULL REFERENCES station(id),
  topic       TEXT NOT NULL,                 -- the catalogue's key
  shown       BIGINT,                        -- 0 hidden, 1 offered, null: as its kind has it
  label       TEXT,                          -- in French; null: the catalogue's
  PRIMARY KEY (station_id, topic)
);
