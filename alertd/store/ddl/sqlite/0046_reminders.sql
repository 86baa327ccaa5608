ALTER TABLE subscriber ADD COLUMN reminded_at INTEGER;   -- when they were last told, after a year of nothing, whose alerts they receive; null: never

CREATE TABLE reminder (           -- how far each station's people were gone through for those who are to be reminded
  station_id  INTEGER NOT NULL PRIMARY KEY,
  subscriber  INTEGER NOT NULL DEFAULT 0,    -- cursor over the station's people
  looked_at   INTEGER NOT NULL,              -- when it had its turn last; 0: never
  done_at     INTEGER,                       -- when all were gone through; null: under way
  year        INTEGER NOT NULL DEFAULT 0,    -- on the station's clock
  reminded    INTEGER NOT NULL DEFAULT 0     -- how many were, in that year and this station's name
) STRICT;
