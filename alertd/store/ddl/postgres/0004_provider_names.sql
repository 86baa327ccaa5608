CREATE TABLE provider_name (      -- what a provider calls a message, or each segment of it, where it reports by that alone
  gateway      TEXT NOT NULL,
  name         TEXT NOT NULL,
  message_id   BIGINT NOT NULL,
  endpoint_id  BIGINT NOT NULL,
  ordinal      BIGINT NOT NULL,                -- of the attempt
  parts        BIGINT NOT NULL,                -- how many names the attempt has
  state        BIGINT NOT NULL,                -- the highest word on this one; kept where there are several
  given_at     BIGINT NOT NULL,
  PRIMARY KEY (gateway, name)
);
CREATE INDEX provider_name_several ON provider_name (message_id, endpoint_id, ordinal) WHERE parts > 1;
CREATE INDEX provider_name_given ON provider_name (given_at);

-- Later than at once where a receipt names what nobody knows yet: a report may overtake the answer that gives the name.
ALTER TABLE receipt ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
DROP INDEX receipt_open;
CREATE INDEX receipt_open ON receipt (due_at, id) WHERE applied_at IS NULL;
