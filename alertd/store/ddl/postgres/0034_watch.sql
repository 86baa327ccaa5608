CREATE TABLE watch_alarm (        -- what the watch found wrong, one row for each stretch of time; told once, and once more when it is over
  id         BIGINT PRIMARY KEY,
  kind       TEXT NOT NULL,
  object     TEXT NOT NULL,                 -- which of its kind: a node's name, a channel's word
  blanks     TEXT NOT NULL,                 -- of its sentence, as JSON
  since      BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL,
  raised_at  BIGINT,                       -- it lasted: no slip
  told_at    BIGINT,                       -- letters were written
  ended_at   BIGINT
);
CREATE UNIQUE INDEX watch_alarm_open ON watch_alarm (kind, object) WHERE ended_at IS NULL;
CREATE INDEX watch_alarm_object ON watch_alarm (kind, object, ended_at);
