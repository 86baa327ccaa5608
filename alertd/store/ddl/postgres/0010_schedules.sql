CREATE TABLE schedule (           -- a rule in local time, and what is sent each time
  id           BIGINT PRIMARY KEY,
  station_id   BIGINT NOT NULL REFERENCES station(id),
  digest       TEXT NOT NULL UNIQUE,          -- the preview that was looked at before saving: a second click saves nothing twice
  actor        TEXT NOT NULL,
  state        TEXT NOT NULL,                 -- 'active' | 'paused' | 'ended'
  rule         TEXT NOT NULL,                 -- RFC 5545: RRULE, EXDATE and RDATE lines
  starts       TEXT NOT NULL,                 -- the first wall time
  timezone     TEXT NOT NULL,
  skips        TEXT NOT NULL,                 -- 'public:57,school:B'
  content      TEXT NOT NULL,                 -- its times count from 1970: they are added to each firing's
  people       BIGINT NOT NULL,                   -- reached when it was saved
  grace_ms     BIGINT NOT NULL,                   -- later than this it is not sent any more
  next_at      BIGINT,                            -- null when there is none
  version      BIGINT NOT NULL,                   -- of what was decided: who changes or fires an older one comes too late
  created_at   BIGINT NOT NULL
);
CREATE INDEX schedule_due ON schedule (next_at) WHERE state = 'active' AND next_at IS NOT NULL;
CREATE INDEX schedule_station ON schedule (station_id, id);

CREATE TABLE occurrence (         -- one firing, decided once
  schedule_id  BIGINT NOT NULL REFERENCES schedule(id),
  fire_at      BIGINT NOT NULL,
  state        TEXT NOT NULL,                 -- 'fired' | 'skipped'
  reason       TEXT,                          -- why it was skipped, or 'doubled': twice the people of its saving
  alert_id     BIGINT,
  people       BIGINT,
  decided_at   BIGINT NOT NULL,
  PRIMARY KEY (schedule_id, fire_at)
);
