-- What secrets that are gone left behind: keys of links and of push subscriptions, sealed with the present secret.
CREATE TABLE heirloom (
  name     TEXT NOT NULL PRIMARY KEY,                   -- 'code 1': of links that secret 1 made; 'lasting webpush vapid'
  content  BYTEA NOT NULL,
  key_id   BIGINT NOT NULL
);
ALTER TABLE node ADD COLUMN secrets TEXT;      -- which secrets this life of the node reads, by fingerprint, and which one seals, as JSON
CREATE TABLE secret (             -- which secrets were let seal by a rotation: whoever has not the latest must not write
  key_id   BIGINT NOT NULL PRIMARY KEY,
  since    BIGINT NOT NULL
);
ALTER TABLE message ADD COLUMN request TEXT;    -- the id of the click, or the firing, that released it: log lines about it bear it
ALTER TABLE countdown ADD COLUMN request TEXT;
