CREATE TABLE canary (             -- test alerts to reserved addresses, one row for each address and flight
  endpoint_id  BIGINT NOT NULL,
  fire_at      BIGINT NOT NULL,            -- the interval that it is of: nodes agree on it, and one of them lets it fly
  channel      BIGINT NOT NULL,
  mode         BIGINT NOT NULL,
  message_id   BIGINT NOT NULL,            -- 0: its rows are gone
  flown_at     BIGINT NOT NULL,
  handed_at    BIGINT,                     -- when a provider had it
  state        BIGINT,                     -- its delivery's, as it was seen last
  verdict      TEXT,                        -- null: it flies; 'well' | 'late' | 'lost'
  PRIMARY KEY (endpoint_id, fire_at)
);
CREATE INDEX canary_flown ON canary (flown_at);
CREATE INDEX canary_flying ON canary (flown_at) WHERE verdict IS NULL;
