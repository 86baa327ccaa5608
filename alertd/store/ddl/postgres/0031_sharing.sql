CREATE TABLE sharing (            -- two communes whose dangers near their border are for the followers of both, once both have signed
  id           BIGINT PRIMARY KEY,
  low_id       BIGINT NOT NULL REFERENCES station(id),  -- the two, in the order of their ids
  high_id      BIGINT NOT NULL REFERENCES station(id),
  proposer_id  BIGINT NOT NULL REFERENCES station(id),
  proposed_by  TEXT NOT NULL,
  proposed_at  BIGINT NOT NULL,
  signed_by    TEXT,                           -- the other one's mayor
  signed_at    BIGINT,
  ender_id     BIGINT REFERENCES station(id), -- either: declined, taken back, or over
  ended_by     TEXT,
  ended_at     BIGINT
);
CREATE UNIQUE INDEX sharing_open ON sharing (low_id, high_id) WHERE ended_at IS NULL;
CREATE INDEX sharing_low ON sharing (low_id, id);
CREATE INDEX sharing_high ON sharing (high_id, id);

CREATE TABLE alert_beside (      -- whose followers an alert is for, beside its own station's: its neighbours', its communes'
  alert_id    BIGINT NOT NULL REFERENCES alert(id),
  station_id  BIGINT NOT NULL REFERENCES station(id),
  told_at     BIGINT,                         -- when its mayors were written to
  PRIMARY KEY (alert_id, station_id)
);
CREATE INDEX alert_beside_of ON alert_beside (station_id, alert_id);
CREATE INDEX alert_beside_untold ON alert_beside (alert_id) WHERE told_at IS NULL;
