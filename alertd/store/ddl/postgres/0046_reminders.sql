ALTER TABLE subscriber ADD COLUMN reminded_at BIGINT;   -- when they were last told, after a year of nothing, whose alerts they receive; null: never

CREATE TABLE reminder (           -- how far each station's people were gone through for those who are to be reminded
  station_id  BIGINT NOT NULL PRIMARY KEY,
  subscriber  BIGINT NOT NULL DEFAULT 0,     -- cursor over the station's people
  looked_at   BIGINT NOT NULL,               -- when it had its turn last; 0: never
  done_at     BIGINT,                        -- when all were gone through; null: under way
  year        BIGINT NOT NULL DEFAULT 0,     -- on the station's clock
  reminded    BIGINT NOT NULL DEFAULT 0      -- how many were, in that year and this station's name
);
