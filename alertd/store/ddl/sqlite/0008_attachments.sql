-- Pictures and PDFs beside a message's words, cleaned of what they tell of their author. A station's own: whether another one
-- has the same file is not told. Not sealed: what a station shows to whoever has the link is no secret of the database.
CREATE TABLE attachment (
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL REFERENCES station(id),
  digest      TEXT NOT NULL,                   -- SHA-256 of the body, as hex
  kind        TEXT NOT NULL,                   -- image/jpeg, image/png, image/webp, application/pdf
  body        BLOB NOT NULL,
  width       INTEGER NOT NULL,                -- pixels; 0 for a PDF
  height      INTEGER NOT NULL,
  added_by    TEXT NOT NULL,
  created_at  INTEGER NOT NULL,                -- or last brought again: what no alert has is dropped a day later
  UNIQUE (station_id, digest)
) STRICT;
CREATE INDEX attachment_digest ON attachment (digest);

CREATE TABLE alert_attachment (   -- what the newest draft, alert or update of a thread shows
  alert_id       INTEGER NOT NULL REFERENCES alert(id),
  attachment_id  INTEGER NOT NULL REFERENCES attachment(id),
  PRIMARY KEY (alert_id, attachment_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_attachment_of ON alert_attachment (attachment_id);
