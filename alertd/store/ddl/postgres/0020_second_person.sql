CREATE TABLE approval_rule (      -- at this level a second person agrees before anything leaves
  station_id      BIGINT NOT NULL REFERENCES station(id),
  level           BIGINT NOT NULL,
  minutes         BIGINT NOT NULL,             -- so long anyone of the level's right is waited for
  deputy_minutes  BIGINT NOT NULL,             -- and so long again the deputies, who are called
  otherwise       TEXT NOT NULL,               -- 'send' | 'drop': what becomes of it when nobody answered
  PRIMARY KEY (station_id, level)
);

CREATE TABLE approval (           -- one message that waits for a second person, and what was decided
  id            BIGINT PRIMARY KEY,
  station_id    BIGINT NOT NULL REFERENCES station(id),
  alert_id      BIGINT NOT NULL REFERENCES alert(id),
  digest        TEXT NOT NULL UNIQUE,          -- the preview that its author looked at: a second click asks nothing twice
  author        TEXT NOT NULL,
  act           TEXT NOT NULL,
  level         BIGINT NOT NULL,
  content       TEXT NOT NULL,
  content_hash  BYTEA NOT NULL,
  people        BIGINT NOT NULL,
  asked_at      BIGINT NOT NULL,
  deputy_at     BIGINT NOT NULL,
  ends_at       BIGINT NOT NULL,
  otherwise     TEXT NOT NULL,
  called_at     BIGINT,                           -- when the deputies were
  state         TEXT NOT NULL,                 -- waiting | approved | refused | void | sent | dropped
  decided_by    TEXT,
  decided_at    BIGINT,
  reason        TEXT
);
CREATE UNIQUE INDEX approval_waiting ON approval (alert_id) WHERE state = 'waiting';
CREATE INDEX approval_due ON approval (ends_at) WHERE state = 'waiting';
CREATE INDEX approval_station ON approval (station_id, id);

CREATE TABLE invitation (         -- to log in, and to hold a role in a station; its token is only in the letter
  id           BIGINT PRIMARY KEY,
  station_id   BIGINT NOT NULL REFERENCES station(id),
  operator_id  BIGINT NOT NULL REFERENCES operator(id),
  role         BIGINT NOT NULL,
  token_hash   BYTEA NOT NULL UNIQUE,
  invited_by   TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL,
  settled_at   BIGINT                             -- accepted, or withdrawn
);
CREATE INDEX invitation_station ON invitation (station_id, id);

CREATE TABLE proposal (           -- what one mayor decides about roles and keys, where there are two: the other agrees
  id          BIGINT PRIMARY KEY,
  station_id  BIGINT NOT NULL REFERENCES station(id),
  kind        TEXT NOT NULL,
  content     TEXT NOT NULL,
  author      TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  state       TEXT NOT NULL,                   -- waiting | agreed | declined
  decided_by  TEXT,
  decided_at  BIGINT
);
CREATE INDEX proposal_station ON proposal (station_id, id);

CREATE TABLE election (           -- while it lasts, messages of some topics need a tick against what promotes somebody
  station_id  BIGINT PRIMARY KEY REFERENCES station(id),
  starts      BIGINT NOT NULL,
  ends        BIGINT NOT NULL
);
