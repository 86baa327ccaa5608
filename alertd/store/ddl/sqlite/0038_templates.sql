CREATE TABLE template_version (   -- what a station decided about a ready text, in order; nothing is changed or taken away
  id           INTEGER PRIMARY KEY,
  station_id   INTEGER NOT NULL REFERENCES station(id),
  template     TEXT NOT NULL,                  -- its key: one of config/templates.toml, or the station's own
  number       INTEGER NOT NULL,               -- 1, 2, 3... of this station's
  state        TEXT NOT NULL,                  -- 'own' | 'renamed' (another label alone) | 'hidden' | 'inherited' (as the parent has it again)
  said         TEXT NOT NULL,                  -- label and, of an own one, its text, as JSON
  author       TEXT NOT NULL,
  made_at      INTEGER NOT NULL,
  UNIQUE (station_id, template, number)
) STRICT;
