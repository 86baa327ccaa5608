ALTER TABLE "group" ADD COLUMN kind TEXT NOT NULL DEFAULT 'list';  -- 'class' | 'bus' | 'list'
ALTER TABLE group_member ADD COLUMN by_pupil BIGINT NOT NULL DEFAULT 0;  -- 1: because of a child, and only as long as it is there
ALTER TABLE station ADD COLUMN sms_paid_by TEXT;                -- 'nobody' | 'station' | 'commune'; null: as its kind has
ALTER TABLE invitation ADD COLUMN leaver_id BIGINT REFERENCES operator(id);  -- who hands over: loses the role when it is taken

CREATE TABLE pupil (              -- a child on a school's, or a club's, list: known to it alone
  id          BIGINT PRIMARY KEY,
  station_id  BIGINT NOT NULL REFERENCES station(id),
  name        BYTEA NOT NULL,                   -- sealed
  key_id      BIGINT NOT NULL,
  class_id    BIGINT NOT NULL REFERENCES "group"(id),
  bus_id      BIGINT REFERENCES "group"(id),
  created_at  BIGINT NOT NULL
);
CREATE INDEX pupil_station ON pupil (station_id, class_id);
CREATE INDEX pupil_class ON pupil (class_id);
CREATE INDEX pupil_bus ON pupil (bus_id);

CREATE TABLE pupil_parent (       -- whom a child's messages go to, and who is called where nobody has read them
  pupil_id       BIGINT NOT NULL REFERENCES pupil(id),
  ordinal        BIGINT NOT NULL,
  subscriber_id  BIGINT REFERENCES subscriber(id),  -- null: does not want messages, or gave no address
  name           BYTEA,                         -- sealed
  callback       BYTEA,                         -- sealed
  key_id         BIGINT NOT NULL,
  PRIMARY KEY (pupil_id, ordinal)
);
CREATE INDEX pupil_parent_subscriber ON pupil_parent (subscriber_id);
