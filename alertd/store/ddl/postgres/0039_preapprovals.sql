CREATE TABLE preapproval (        -- what a commune lets an organisation send without waiting for a second person, and how far
  id            BIGINT PRIMARY KEY,
  station_id    BIGINT NOT NULL REFERENCES station(id),
  parent_id     BIGINT NOT NULL REFERENCES station(id),
  topic         TEXT NOT NULL,
  level         BIGINT NOT NULL,
  from_minute   BIGINT NOT NULL,              -- of the organisation's local day; the last may lie before the first: a night
  to_minute     BIGINT NOT NULL,
  per_day       BIGINT NOT NULL,
  ends_at       BIGINT NOT NULL,
  granted_by    TEXT NOT NULL,
  granted_at    BIGINT NOT NULL,
  withdrawn_by  TEXT,
  withdrawn_at  BIGINT,
  used_day      BIGINT NOT NULL DEFAULT 0,    -- the local day that `used` counts
  used          BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX preapproval_station ON preapproval (station_id, id);
