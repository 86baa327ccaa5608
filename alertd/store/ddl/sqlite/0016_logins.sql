-- What an operator logs in with besides a password, what a log-in leaves behind, and what is under way in between.

ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';       -- in plain words: 'Firefox sur Windows'
ALTER TABLE session ADD COLUMN network TEXT NOT NULL DEFAULT '';      -- coarse: never a whole address
ALTER TABLE session ADD COLUMN proofs TEXT NOT NULL DEFAULT '';       -- 'password', 'password totp', 'passkey'...
ALTER TABLE session ADD COLUMN proven_at INTEGER NOT NULL DEFAULT 0;  -- when all that the account asks for was last shown
CREATE INDEX session_operator ON session (operator_id);

CREATE TABLE totp (               -- an app that shows codes (RFC 6238), one for an operator
  operator_id  INTEGER PRIMARY KEY REFERENCES operator(id),
  secret       BLOB NOT NULL,
  key_id       INTEGER NOT NULL,
  last_step    INTEGER NOT NULL,              -- a code of this step, or of one before, is not taken again
  created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_code (      -- shown once, kept as a hash, used once
  operator_id  INTEGER NOT NULL REFERENCES operator(id),
  code_hash    BLOB NOT NULL,
  used_at      INTEGER,
  PRIMARY KEY (operator_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkey (            -- what a phone or a computer proves by a finger or a face
  id             INTEGER PRIMARY KEY,
  operator_id    INTEGER NOT NULL REFERENCES operator(id),
  credential_id  BLOB NOT NULL UNIQUE,
  public_key     BLOB NOT NULL,
  sign_count     INTEGER NOT NULL,
  name           TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  used_at        INTEGER
) STRICT;
CREATE INDEX passkey_operator ON passkey (operator_id);

CREATE TABLE ceremony (           -- what a log-in, or a setting up, waits for: short-lived, used once
  token_hash   BLOB PRIMARY KEY,
  kind         TEXT NOT NULL,
  operator_id  INTEGER REFERENCES operator(id),
  body         BLOB NOT NULL,                 -- sealed: a challenge, a secret not yet confirmed, what was proven so far
  key_id       INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ceremony_expires ON ceremony (expires_at);
