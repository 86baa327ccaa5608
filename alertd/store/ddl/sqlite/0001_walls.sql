-- The walls. Times are UTC milliseconds; 253402300799000 is "no end"; 0/1 are flags; texts of structure are JSON.
-- Personal data is sealed (AES-GCM, `key_id` beside it) or hashed with a key; a cell is a home and never leaves.

CREATE TABLE setting (            -- of the whole instance: 'sending' = 'on' | 'paused'
  key    TEXT PRIMARY KEY,
  value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (            -- ids are made by the application, in blocks; order of making is key order
  noun   TEXT PRIMARY KEY,
  last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE node (
  id       INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  boot     TEXT NOT NULL,
  seen_at  INTEGER NOT NULL,
  senders  TEXT NOT NULL DEFAULT '[]'          -- as which it speaks, since its start
) STRICT;

CREATE TABLE topic (              -- the catalogue's keys, each with its bit in subscriptions' masks, never reused
  key  TEXT PRIMARY KEY,
  bit  INTEGER NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- stations ---------------------------------------------------------------------------------------------------

CREATE TABLE station (
  id            INTEGER PRIMARY KEY,
  parent_id     INTEGER REFERENCES station(id),
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  kind          TEXT NOT NULL,
  mode          INTEGER NOT NULL,              -- 0 live, 1 training; never changed
  insee         TEXT,
  timezone      TEXT NOT NULL,
  region        TEXT NOT NULL,                 -- for numbers typed nationally: FR, RE, GP...
  locale        TEXT NOT NULL,
  latitude      REAL NOT NULL,                 -- the mairie
  longitude     REAL NOT NULL,
  outline       TEXT,                          -- a zone, as registered
  phone         TEXT,
  private       INTEGER NOT NULL DEFAULT 0,
  suspended_at  INTEGER,
  silence       TEXT,                          -- its own delays by level; a level left out: its parent's, else the instance's
  info_per_day  INTEGER,                      -- deliveries of informations; null: its kind's, else the instance's; 0: no quota
  created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE saved_zone (
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL REFERENCES station(id),
  name        TEXT NOT NULL,
  zone        TEXT NOT NULL,
  UNIQUE (station_id, name)
) STRICT;

CREATE TABLE hamlet (             -- a named point from which a circle is drawn without a map
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL REFERENCES station(id),
  name        TEXT NOT NULL,
  latitude    REAL NOT NULL,
  longitude   REAL NOT NULL,
  UNIQUE (station_id, name)
) STRICT;

CREATE TABLE operator (
  id             INTEGER PRIMARY KEY,
  login          TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  password_hash  TEXT,
  subscriber_id  INTEGER,                      -- hidden: carries the operator's own endpoints
  disabled_at    INTEGER,
  created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE role (
  operator_id  INTEGER NOT NULL REFERENCES operator(id),
  station_id   INTEGER NOT NULL REFERENCES station(id),
  role         INTEGER NOT NULL,
  PRIMARY KEY (operator_id, station_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  token_hash   BLOB PRIMARY KEY,
  operator_id  INTEGER NOT NULL REFERENCES operator(id),
  station_id   INTEGER REFERENCES station(id),
  csrf         TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  seen_at      INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE throttle (           -- token buckets that must outlive a restart: log-ins, codes, keys
  bucket     TEXT PRIMARY KEY,
  tokens     REAL NOT NULL,
  filled_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  id           INTEGER PRIMARY KEY,
  station_id   INTEGER NOT NULL REFERENCES station(id),
  name         TEXT NOT NULL,
  token_hash   BLOB NOT NULL UNIQUE,
  scope        INTEGER NOT NULL,
  subscribers  INTEGER NOT NULL DEFAULT 0,
  created_at   INTEGER NOT NULL,
  revoked_at   INTEGER
) STRICT;

CREATE TABLE idempotency (        -- the answer that was given to a key's request, to be given again
  api_key_id    INTEGER NOT NULL,
  key           TEXT NOT NULL,
  request_hash  BLOB NOT NULL,
  status        INTEGER,                       -- null while the first request is under way
  body          TEXT,
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (api_key_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  station_id  INTEGER,
  actor       TEXT NOT NULL,
  action      TEXT NOT NULL,
  object      TEXT NOT NULL,
  detail      TEXT NOT NULL
) STRICT;
CREATE INDEX audit_station ON audit (station_id, id);

-- subscribers ------------------------------------------------------------------------------------------------

CREATE TABLE subscriber (
  id           INTEGER PRIMARY KEY,
  mode         INTEGER NOT NULL,
  locale       TEXT NOT NULL,
  quiet        TEXT,                           -- quiet hours the person chose; null: the instance's
  hidden       INTEGER NOT NULL DEFAULT 0,     -- an operator's: no audience sees it
  valid_until  INTEGER NOT NULL DEFAULT 253402300799000,
  created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE endpoint (
  id             INTEGER PRIMARY KEY,          -- subscriber_id << 8 | slot
  subscriber_id  INTEGER NOT NULL REFERENCES subscriber(id),
  mode           INTEGER NOT NULL,
  channel        INTEGER NOT NULL,
  state          INTEGER NOT NULL,             -- 0 pending, 1 active, 2 stopped, 3 dead
  address        BLOB NOT NULL,
  address_hash   BLOB NOT NULL,
  key_id         INTEGER NOT NULL,
  proven_at      INTEGER,                      -- null: taken over from a list on the station's word
  greeted_at     INTEGER,                      -- its first message left: who writes, and how to leave, was said
  created_at     INTEGER NOT NULL,
  closed_at      INTEGER
) STRICT;
CREATE INDEX endpoint_subscriber ON endpoint (subscriber_id, channel, state);
-- An address belongs to one person: whoever else would claim it is the same household.
CREATE UNIQUE INDEX endpoint_address ON endpoint (address_hash, mode) WHERE state < 2;
-- Taken over from a list and never written to: their first message says more, and costs more.
CREATE INDEX endpoint_new ON endpoint (subscriber_id) WHERE state = 1 AND greeted_at IS NULL AND proven_at IS NULL;
CREATE INDEX endpoint_closed ON endpoint (address_hash, mode) WHERE state >= 2;

CREATE TABLE place (              -- ended, never changed
  subscriber_id  INTEGER NOT NULL REFERENCES subscriber(id),
  ordinal        INTEGER NOT NULL,
  cell           INTEGER NOT NULL,
  kind           TEXT NOT NULL,
  topics         INTEGER,                      -- null: the subscription's
  created_at     INTEGER NOT NULL,
  ended_at       INTEGER NOT NULL DEFAULT 253402300799000,
  PRIMARY KEY (subscriber_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription (
  station_id      INTEGER NOT NULL REFERENCES station(id),
  subscriber_id   INTEGER NOT NULL REFERENCES subscriber(id),
  scope           TEXT NOT NULL,               -- 'places' | 'everywhere'
  topics          INTEGER NOT NULL,
  min_level       INTEGER NOT NULL,
  exercises       INTEGER NOT NULL DEFAULT 0,
  channels        INTEGER NOT NULL DEFAULT 0,  -- active endpoints per channel, four bits each
  since           INTEGER NOT NULL,
  valid_until     INTEGER NOT NULL DEFAULT 253402300799000,
  ref             TEXT,                        -- the station's own key for this person
  name            BLOB,                        -- sealed; shown only in group and help lists
  callback        BLOB,                        -- sealed number to call back
  key_id          INTEGER,
  consent_source  TEXT NOT NULL,
  consent_at      INTEGER NOT NULL,
  consent_proof   TEXT,
  PRIMARY KEY (station_id, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_subscriber ON subscription (subscriber_id);
CREATE UNIQUE INDEX subscription_ref ON subscription (station_id, ref) WHERE ref IS NOT NULL;

CREATE TABLE reach (              -- derived from places and subscriptions in the same transaction; cell 0: everywhere
  station_id     INTEGER NOT NULL,
  cell           INTEGER NOT NULL,
  subscriber_id  INTEGER NOT NULL,
  ordinal        INTEGER NOT NULL,
  topics         INTEGER NOT NULL,
  min_level      INTEGER NOT NULL,
  exercises      INTEGER NOT NULL,
  channels       INTEGER NOT NULL,
  since          INTEGER NOT NULL,
  valid_until    INTEGER NOT NULL,
  PRIMARY KEY (station_id, cell, subscriber_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE "group" (
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL REFERENCES station(id),
  name        TEXT NOT NULL,
  UNIQUE (station_id, name)
) STRICT;

CREATE TABLE group_member (
  group_id       INTEGER NOT NULL REFERENCES "group"(id),
  subscriber_id  INTEGER NOT NULL REFERENCES subscriber(id),
  PRIMARY KEY (group_id, subscriber_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_batch (       -- staged by slices, flipped at once, or gone
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE import_row (
  batch_id  INTEGER NOT NULL,
  line      INTEGER NOT NULL,
  content   BLOB NOT NULL,                     -- sealed
  key_id    INTEGER NOT NULL,
  PRIMARY KEY (batch_id, line)
) STRICT, WITHOUT ROWID;

-- alerts -----------------------------------------------------------------------------------------------------

CREATE TABLE alert (
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL REFERENCES station(id),
  state       TEXT NOT NULL,
  level       INTEGER NOT NULL,
  topic       TEXT NOT NULL,
  headline    TEXT NOT NULL,                   -- in the station's language, for lists
  exercise    INTEGER NOT NULL,
  private     INTEGER NOT NULL,                -- a group's or a private station's: never on a public page
  expires     INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  closed_at   INTEGER,
  head_id     INTEGER                          -- its newest event
) STRICT;
CREATE INDEX alert_station ON alert (station_id, id);
CREATE INDEX alert_open ON alert (expires) WHERE state = 'active';

CREATE TABLE draft (              -- the only mutable form
  alert_id    INTEGER PRIMARY KEY REFERENCES alert(id),
  content     TEXT NOT NULL,
  author      TEXT NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE preview (            -- what was shown; its random id is the preview_digest, and releases once
  id            TEXT PRIMARY KEY,
  station_id    INTEGER NOT NULL,
  alert_id      INTEGER,                       -- set for an update
  actor         TEXT NOT NULL,
  content_hash  BLOB NOT NULL,
  content       TEXT NOT NULL,
  people        INTEGER NOT NULL,
  endpoints     TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  event_id      INTEGER                        -- what it released
) STRICT, WITHOUT ROWID;

CREATE TABLE event (              -- immutable
  id           INTEGER PRIMARY KEY,
  alert_id     INTEGER NOT NULL REFERENCES alert(id),
  station_id   INTEGER NOT NULL,
  act          TEXT NOT NULL,                  -- 'alert' | 'update' | 'end' | 'cancel'
  content      TEXT NOT NULL,                  -- all that was decided: level, topic, target, texts, channels, url
  onset        INTEGER NOT NULL,
  deliver_by   INTEGER NOT NULL,
  expires      INTEGER NOT NULL,
  as_of        INTEGER NOT NULL,
  released_by  TEXT NOT NULL,
  supersedes   INTEGER REFERENCES event(id),
  people       INTEGER NOT NULL,               -- as the preview said
  expected     INTEGER NOT NULL,               -- endpoints, as the preview said
  created_at   INTEGER NOT NULL,
  first_s      REAL,                           -- the forecast at release, in seconds; null: none was made
  half_s       REAL,
  last_s       REAL
) STRICT;
CREATE INDEX event_alert ON event (alert_id, id);
CREATE INDEX event_station ON event (station_id, created_at);

CREATE TABLE event_range (        -- the zone's cover, nearest ring first
  event_id  INTEGER NOT NULL REFERENCES event(id),
  ring      INTEGER NOT NULL,
  lo        INTEGER NOT NULL,
  hi        INTEGER NOT NULL,
  PRIMARY KEY (event_id, ring, lo)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_group (
  event_id  INTEGER NOT NULL REFERENCES event(id),
  group_id  INTEGER NOT NULL,
  PRIMARY KEY (event_id, group_id)
) STRICT, WITHOUT ROWID;

-- deliveries -------------------------------------------------------------------------------------------------

CREATE TABLE message (            -- what is delivered: an event, or a service message
  id             INTEGER PRIMARY KEY,
  kind           TEXT NOT NULL,                -- 'event' | 'service'
  station_id     INTEGER NOT NULL,
  mode           INTEGER NOT NULL,
  alert_id       INTEGER,
  event_id       INTEGER,
  act            TEXT NOT NULL,
  level          INTEGER NOT NULL,
  lane           INTEGER NOT NULL,
  supersedes     INTEGER,                      -- the message before it in the thread
  superseded_at  INTEGER,                      -- the O(1) mark: nothing of it leaves any more
  deliver_by     INTEGER NOT NULL,
  silence        INTEGER NOT NULL DEFAULT 0,   -- 1: some of its channels wait for a silence
  body           BLOB,                         -- a service message's words, sealed
  key_id         INTEGER,
  created_at     INTEGER NOT NULL,
  planned        INTEGER,                      -- null until fan-out ends
  closed_at      INTEGER,                      -- nothing waits any more
  first_at       INTEGER,                      -- when the first left that was handed over, half of them, the last
  half_at        INTEGER,
  last_at        INTEGER
) STRICT;
CREATE INDEX message_alert ON message (alert_id, id);
CREATE INDEX message_open ON message (id) WHERE closed_at IS NULL;

CREATE TABLE fan_out (            -- work shared by nodes: the cursor and its rows commit together
  message_id  INTEGER NOT NULL REFERENCES message(id),
  phase       INTEGER NOT NULL,                -- 0 audience of an update, 1 those reached before, 2 deliveries of the audience
  ring        INTEGER NOT NULL,
  source_id   INTEGER NOT NULL,                -- the station, the group, or (phase 1) the earlier message
  start_after INTEGER NOT NULL DEFAULT 0,      -- a large source is cut: this piece is those behind this id
  kind        TEXT NOT NULL,                   -- of source: 'zone' | 'station' | 'group' | 'message'
  subscriber  INTEGER NOT NULL DEFAULT 0,      -- cursor; in phase 1 over endpoints
  upto        INTEGER NOT NULL DEFAULT 9223372036854775807,  -- the last id that may be in it
  due_at      INTEGER NOT NULL,                -- the event's onset
  done_at     INTEGER,
  PRIMARY KEY (message_id, phase, ring, source_id, start_after)
) STRICT, WITHOUT ROWID;
CREATE INDEX fan_out_open ON fan_out (due_at, message_id) WHERE done_at IS NULL;

CREATE TABLE audience (
  message_id     INTEGER NOT NULL,
  ring           INTEGER NOT NULL,
  subscriber_id  INTEGER NOT NULL,
  PRIMARY KEY (message_id, ring, subscriber_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sender (             -- the number or name a gateway speaks as, with its own rate
  id           INTEGER PRIMARY KEY,
  gateway      TEXT NOT NULL,
  name         TEXT NOT NULL,
  channel      INTEGER NOT NULL,
  tokens       REAL NOT NULL DEFAULT 0,
  filled_at    INTEGER NOT NULL DEFAULT 0,
  node_id      INTEGER,                        -- its owner, while the lease lasts
  lease_until  INTEGER NOT NULL DEFAULT 0,
  UNIQUE (gateway, name, channel)
) STRICT;

CREATE TABLE gateway_health (     -- what each node sees of each gateway: nodes may disagree, and any node shows all
  node_id   INTEGER NOT NULL,
  gateway   TEXT NOT NULL,
  working   INTEGER NOT NULL,
  since     INTEGER NOT NULL,
  reason    TEXT NOT NULL,                     -- why it is down, in the contract's word
  failures  REAL,                              -- share of late, 0 to 1; null: too few answers to say
  speaks    TEXT NOT NULL,                     -- the channels for which it speaks now
  hosts     TEXT NOT NULL,                     -- of a gateway that speaks to many hosts: those left alone now
  dangers   TEXT NOT NULL,                     -- the channels for whose danger alone it speaks now
  told_at   INTEGER NOT NULL,
  PRIMARY KEY (node_id, gateway)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (           -- one message to one endpoint
  message_id   INTEGER NOT NULL,
  endpoint_id  INTEGER NOT NULL,
  channel      INTEGER NOT NULL,
  sender_id    INTEGER NOT NULL,               -- 0: no gateway for that channel
  lane         INTEGER NOT NULL,
  ring         INTEGER NOT NULL,
  state        INTEGER NOT NULL,
  wording      INTEGER NOT NULL,
  due_at       INTEGER NOT NULL,
  tries        INTEGER NOT NULL DEFAULT 0,
  node_id      INTEGER NOT NULL DEFAULT 0,
  doubtful     INTEGER NOT NULL DEFAULT 0,     -- an earlier attempt met silence: it may have arrived
  reason       TEXT,
  PRIMARY KEY (message_id, endpoint_id)
) STRICT, WITHOUT ROWID;
-- What a sender may take now, message by message, since stations share it, and nearest first: queued rows only, so that a
-- claim reads what it takes and no more.
CREATE INDEX delivery_queued ON delivery (sender_id, lane, message_id, ring, due_at, endpoint_id) WHERE state = 1;
CREATE INDEX delivery_waiting ON delivery (due_at) WHERE state = 0;
CREATE INDEX delivery_unknown ON delivery (due_at) WHERE state = 3 AND due_at < 253402300799000;
CREATE INDEX delivery_lost ON delivery (message_id, endpoint_id) WHERE state = 3;

CREATE TABLE attempt (            -- inserted at `calling`, closed once
  message_id    INTEGER NOT NULL,
  endpoint_id   INTEGER NOT NULL,
  ordinal       INTEGER NOT NULL,
  sender_id     INTEGER NOT NULL,
  node_id       INTEGER NOT NULL,
  started_at    INTEGER NOT NULL,
  closed_at     INTEGER,
  outcome       TEXT,
  code          TEXT,
  provider_ref  TEXT,
  PRIMARY KEY (message_id, endpoint_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally (              -- changed in every transaction that changes a delivery; summed on reading
  message_id  INTEGER NOT NULL,
  node_id     INTEGER NOT NULL,
  channel     INTEGER NOT NULL,
  state       INTEGER NOT NULL,
  n           INTEGER NOT NULL,
  PRIMARY KEY (message_id, node_id, channel, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (            -- raw, sealed, first; applied by rank after
  id           INTEGER PRIMARY KEY,
  gateway      TEXT NOT NULL,
  received_at  INTEGER NOT NULL,
  raw          BLOB NOT NULL,
  key_id       INTEGER NOT NULL,
  applied_at   INTEGER
) STRICT;
CREATE INDEX receipt_open ON receipt (id) WHERE applied_at IS NULL;

CREATE TABLE sandbox (            -- what the sandbox gateway was given: invented people, training stations
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  gateway     TEXT NOT NULL,
  channel     TEXT NOT NULL,
  address     TEXT NOT NULL,
  content     TEXT NOT NULL
) STRICT;
