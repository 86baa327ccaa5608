ALTER TABLE "group" ADD COLUMN kind TEXT NOT NULL DEFAULT 'list';  -- 'class' | 'bus' | 'list'
ALTER TABLE group_member ADD COLUMN by_pupil INTEGER NOT NULL DEFAULT 0;  -- 1: because of a child, and only as long as it is there
ALTER TABLE station ADD COLUMN sms_paid_by TEXT;                -- 'nobody' | 'station' | 'commune'; null: as its kind has
ALTER TABLE invitation ADD COLUMN leaver_id INTEGER REFERENCES operator(id);  -- who hands over: loses the role when it is taken

CREATE TABLE pupil (              -- a child on a school's, or a club's, list: known to it alone
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL REFERENCES station(id),
  name        BLOB NOT NULL,                   -- sealed
  key_id      INTEGER NOT NULL,
  class_id    INTEGER NOT NULL REFERENCES "group"(id),
  bus_id      INTEGER REFERENCES "group"(id),
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX pupil_station ON pupil (station_id, class_id);
CREATE INDEX pupil_class ON pupil (class_id);
CREATE INDEX pupil_bus ON pupil (bus_id);

CREATE TABLE pupil_parent (       -- whom a child's messages go to, and who is called where nobody has read them
  pupil_id       INTEGER NOT NULL REFERENCES pupil(id),
  ordinal        INTEGER NOT NULL,
  subscriber_id  INTEGER REFERENCES subscriber(id),  -- null: does not want messages, or gave no address
  name           BLOB,                         -- sealed
  callback       BLOB,                         -- sealed
  key_id         INTEGER NOT NULL,
  PRIMARY KEY (pupil_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX pupil_parent_subscriber ON pupil_parent (subscriber_id);
