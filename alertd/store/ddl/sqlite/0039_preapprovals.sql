CREATE TABLE preapproval (        -- what a commune lets an organisation send without waiting for a second person, and how far
  id            INTEGER PRIMARY KEY,
  station_id    INTEGER NOT NULL REFERENCES station(id),
  parent_id     INTEGER NOT NULL REFERENCES station(id),
  topic         TEXT NOT NULL,
  level         INTEGER NOT NULL,
  from_minute   INTEGER NOT NULL,              -- of the organisation's local day; the last may lie before the first: a night
  to_minute     INTEGER NOT NULL,
  per_day       INTEGER NOT NULL,
  ends_at       INTEGER NOT NULL,
  granted_by    TEXT NOT NULL,
  granted_at    INTEGER NOT NULL,
  withdrawn_by  TEXT,
  withdrawn_at  INTEGER,
  used_day      INTEGER NOT NULL DEFAULT 0,    -- the local day that `used` counts
  used          INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX preapproval_station ON preapproval (station_id, id);
