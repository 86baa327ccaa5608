-- What an operator logs in with besides a password, what a log-in leaves behind, and what is under way in between.

ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';       -- in plain words: 'Firefox sur Windows'
ALTER TABLE session ADD COLUMN network TEXT NOT NULL DEFAULT '';      -- coarse: never a whole address
ALTER TABLE session ADD COLUMN proofs TEXT NOT NULL DEFAULT '';       -- 'password', 'password totp', 'passkey'...
ALTER TABLE session ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0;  -- when all that the account asks for was last shown
CREATE INDEX session_operator ON session (operator_id);

CREATE TABLE totp (               -- an app that shows codes (RFC 6238), one for an operator
  operator_id  BIGINT PRIMARY KEY REFERENCES operator(id),
  secret       BYTEA NOT NULL,
  key_id       BIGINT NOT NULL,
  last_step    BIGINT NOT NULL,              -- a code of this step, or of one before, is not taken again
  created_at   BIGINT NOT NULL
);

CREATE TABLE recovery_code (      -- shown once, kept as a hash, used once
  operator_id  BIGINT NOT NULL REFERENCES operator(id),
  code_hash    BYTEA NOT NULL,
  used_at      BIGINT,
  PRIMARY KEY (operator_id, code_hash)
);

CREATE TABLE passkey (            -- what a phone or a computer proves by a finger or a face
  id             BIGINT PRIMARY KEY,
  operator_id    BIGINT NOT NULL REFERENCES operator(id),
  credential_id  BYTEA NOT NULL UNIQUE,
  public_key     BYTEA NOT NULL,
  sign_count     BIGINT NOT NULL,
  name           TEXT NOT NULL,
  created_at     BIGINT NOT NULL,
  used_at        BIGINT
);
CREATE INDEX passkey_operator ON passkey (operator_id);

CREATE TABLE ceremony (           -- what a log-in, or a setting up, waits for: short-lived, used once
  token_hash   BYTEA PRIMARY KEY,
  kind         TEXT NOT NULL,
  operator_id  BIGINT REFERENCES operator(id),
  body         BYTEA NOT NULL,                 -- sealed: a challenge, a secret not yet confirmed, what was proven so far
  key_id       BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL
);
CREATE INDEX ceremony_expires ON ceremony (expires_at);
