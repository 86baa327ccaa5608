-- Pictures and PDFs beside a message's words, cleaned of what they tell of their author. A station's own: whether another one
-- has the same file is not told. Not sealed: what a station shows to whoever has the link is no secret of the database.
CREATE TABLE attachment (
  id          BIGINT PRIMARY KEY,
  station_id  BIGINT NOT NULL REFERENCES station(id),
  digest      TEXT NOT NULL,                   -- SHA-256 of the body, as hex
  kind        TEXT NOT NULL,                   -- image/jpeg, image/png, image/webp, application/pdf
  body        BYTEA NOT NULL,
  width       BIGINT NOT NULL,                -- pixels; 0 for a PDF
  height      BIGINT NOT NULL,
  added_by    TEXT NOT NULL,
  created_at  BIGINT NOT NULL,                -- or last brought again: what no alert has is dropped a day later
  UNIQUE (station_id, digest)
);
CREATE INDEX attachment_digest ON attachment (digest);

CREATE TABLE alert_attachment (   -- what the newest draft, alert or update of a thread shows
  alert_id       BIGINT NOT NULL REFERENCES alert(id),
  attachment_id  BIGINT NOT NULL REFERENCES attachment(id),
  PRIMARY KEY (alert_id, attachment_id)
);
CREATE INDEX alert_attachment_of ON alert_attachment (attachment_id);
