-- What secrets that are gone left behind: keys of links and of push subscriptions, sealed with the present secret.
CREATE TABLE heirloom (
  name     TEXT NOT NULL PRIMARY KEY,                   -- 'code 1': of links that secret 1 made; 'lasting webpush vapid'
  content  BLOB NOT NULL,
  key_id   INTEGER NOT NULL
) STRICT;
ALTER TABLE node ADD COLUMN secrets TEXT;      -- which secrets this life of the node reads, by fingerprint, and which one seals, as JSON
CREATE TABLE secret (             -- which secrets were let seal by a rotation: whoever has not the latest must not write
  key_id   INTEGER NOT NULL PRIMARY KEY,
  since    INTEGER NOT NULL
) STRICT;
ALTER TABLE message ADD COLUMN request TEXT;    -- the id of the click, or the firing, that released it: log lines about it bear it
ALTER TABLE countdown ADD COLUMN request TEXT;
