CREATE TABLE parted (             -- a subscription that a STOP by SMS ended: kept so that no older list brings it back, and START may
  station_id      INTEGER NOT NULL REFERENCES station(id),
  subscriber_id   INTEGER NOT NULL REFERENCES subscriber(id),
  endpoint_id     INTEGER NOT NULL,            -- by which STOP came
  ended_at        INTEGER NOT NULL,
  proof           TEXT NOT NULL,               -- 'inbound:12'
  scope           TEXT NOT NULL,
  topics          INTEGER NOT NULL,
  min_level       INTEGER NOT NULL,
  exercises       INTEGER NOT NULL,
  valid_until     INTEGER NOT NULL,
  ref             TEXT,
  name            BLOB,
  callback        BLOB,
  key_id          INTEGER,
  consent_source  TEXT NOT NULL,
  consent_at      INTEGER NOT NULL,
  consent_proof   TEXT,
  groups          TEXT NOT NULL,               -- the station's lists that held the person, as JSON
  PRIMARY KEY (station_id, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX parted_subscriber ON parted (subscriber_id);
CREATE INDEX parted_ended ON parted (ended_at);

-- A STOP by SMS ended it: START brings it back, and nothing else that its person writes.
ALTER TABLE endpoint ADD COLUMN stop_at INTEGER;

CREATE INDEX message_station ON message (station_id, id);  -- which station wrote last, without walking the others' codes
