CREATE INDEX station_parent ON station (parent_id, id);

CREATE TABLE danger_grant (       -- a danger that an organisation may send, word for word, because its commune said so
  station_id  BIGINT NOT NULL REFERENCES station(id),
  template    TEXT NOT NULL,
  granted_by  TEXT NOT NULL,
  granted_at  BIGINT NOT NULL,
  PRIMARY KEY (station_id, template)
);

CREATE TABLE request (            -- what an organisation asks of its commune, and what it was answered
  id           BIGINT PRIMARY KEY,
  station_id   BIGINT NOT NULL REFERENCES station(id),
  parent_id    BIGINT NOT NULL REFERENCES station(id),
  author       TEXT NOT NULL,
  words        TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  state        TEXT NOT NULL,                  -- 'open' | 'done' | 'adapted' | 'declined'
  answer       TEXT,
  answered_by  TEXT,
  answered_at  BIGINT
);
CREATE INDEX request_parent ON request (parent_id, id);
CREATE INDEX request_station ON request (station_id, id);
