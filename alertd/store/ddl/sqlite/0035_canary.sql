CREATE TABLE canary (             -- test alerts to reserved addresses, one row for each address and flight
  endpoint_id  INTEGER NOT NULL,
  fire_at      INTEGER NOT NULL,            -- the interval that it is of: nodes agree on it, and one of them lets it fly
  channel      INTEGER NOT NULL,
  mode         INTEGER NOT NULL,
  message_id   INTEGER NOT NULL,            -- 0: its rows are gone
  flown_at     INTEGER NOT NULL,
  handed_at    INTEGER,                     -- when a provider had it
  state        INTEGER,                     -- its delivery's, as it was seen last
  verdict      TEXT,                        -- null: it flies; 'well' | 'late' | 'lost'
  PRIMARY KEY (endpoint_id, fire_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX canary_flown ON canary (flown_at);
CREATE INDEX canary_flying ON canary (flown_at) WHERE verdict IS NULL;
