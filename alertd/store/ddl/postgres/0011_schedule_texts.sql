CREATE TABLE schedule_text (      -- what one date says in place of the usual instruction: the canteen's menu of the day
  schedule_id  BIGINT NOT NULL REFERENCES schedule(id),
  day          TEXT NOT NULL,                 -- 2026-03-09, on the station's clock
  words        TEXT NOT NULL,
  PRIMARY KEY (schedule_id, day)
);
