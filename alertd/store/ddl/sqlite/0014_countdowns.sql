CREATE TABLE countdown (          -- an emergency released from the pages: it leaves when this ends, unless somebody stops it
  id          INTEGER PRIMARY KEY,
  alert_id    INTEGER NOT NULL REFERENCES alert(id),
  station_id  INTEGER NOT NULL REFERENCES station(id),
  digest      TEXT NOT NULL,                   -- the preview that it releases
  armed_by    TEXT NOT NULL,
  armed_at    INTEGER NOT NULL,
  release_at  INTEGER NOT NULL,
  state       TEXT NOT NULL,                   -- 'armed' | 'released' | 'stopped' | 'held'
  reason      TEXT,                            -- why it was held: 'late', or the code of what stood in the way
  settled_by  TEXT,                            -- who stopped it
  settled_at  INTEGER
) STRICT;
CREATE INDEX countdown_alert ON countdown (alert_id, id);
CREATE INDEX countdown_digest ON countdown (digest, id);
-- One at a time for an alert, and one for a preview.
CREATE UNIQUE INDEX countdown_armed ON countdown (alert_id) WHERE state = 'armed';
CREATE UNIQUE INDEX countdown_armed_digest ON countdown (digest) WHERE state = 'armed';
CREATE INDEX countdown_due ON countdown (release_at) WHERE state = 'armed';

CREATE TABLE telling (            -- events of which the station's operators are yet to be told
  event_id    INTEGER PRIMARY KEY REFERENCES event(id),
  created_at  INTEGER NOT NULL
) STRICT;
