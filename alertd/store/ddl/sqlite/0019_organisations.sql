CREATE INDEX station_parent ON station (parent_id, id);

CREATE TABLE danger_grant (       -- a danger that an organisation may send, word for word, because its commune said so
  station_id  INTEGER NOT NULL REFERENCES station(id),
  template    TEXT NOT NULL,
  granted_by  TEXT NOT NULL,
  granted_at  INTEGER NOT NULL,
  PRIMARY KEY (station_id, template)
) STRICT, WITHOUT ROWID;

CREATE TABLE request (            -- what an organisation asks of its commune, and what it was answered
  id           INTEGER PRIMARY KEY,
  station_id   INTEGER NOT NULL REFERENCES station(id),
  parent_id    INTEGER NOT NULL REFERENCES station(id),
  author       TEXT NOT NULL,
  words        TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  state        TEXT NOT NULL,                  -- 'open' | 'done' | 'adapted' | 'declined'
  answer       TEXT,
  answered_by  TEXT,
  answered_at  INTEGER
) STRICT;
CREATE INDEX request_parent ON request (parent_id, id);
CREATE INDEX request_station ON request (station_id, id);
