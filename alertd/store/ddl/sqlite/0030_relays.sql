CREATE TABLE relay (              -- what a station asks those under it to send on to their own followers
  id            INTEGER PRIMARY KEY,
  station_id    INTEGER NOT NULL REFERENCES station(id),
  digest        TEXT NOT NULL UNIQUE,          -- the preview that its author looked at: a second click asks nothing twice
  author        TEXT NOT NULL,
  content       TEXT NOT NULL,
  words         TEXT NOT NULL,                 -- to the mayors, beside the message
  asked_at      INTEGER NOT NULL,
  ends_at       INTEGER NOT NULL,
  withdrawn_at  INTEGER
) STRICT;
CREATE INDEX relay_station ON relay (station_id, id);

CREATE TABLE relay_answer (       -- one for each station asked: made with the request, answered by its mayor
  relay_id     INTEGER NOT NULL REFERENCES relay(id),
  station_id   INTEGER NOT NULL REFERENCES station(id),
  told_at      INTEGER,                        -- when its mayors were written to
  state        TEXT NOT NULL,                  -- 'open' | 'taken' | 'declined'
  alert_id     INTEGER REFERENCES alert(id),   -- its own alert, a draft at first: what becomes of it is the answer
  reason       TEXT,
  answered_by  TEXT,
  answered_at  INTEGER,
  PRIMARY KEY (relay_id, station_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX relay_answer_station ON relay_answer (station_id, relay_id);
CREATE INDEX relay_untold ON relay_answer (relay_id) WHERE told_at IS NULL;
