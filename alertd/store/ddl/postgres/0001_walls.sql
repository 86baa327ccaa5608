-- What the queries share with SQLite: one clock, and lists passed as JSON text.

-- UTC milliseconds of this server, plus an offset that a session may set (tests move time with it).
CREATE FUNCTION now_ms() RETURNS BIGINT LANGUAGE sql VOLATILE AS $$
  SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)
       + CAST(coalesce(nullif(current_setting('alertd.offset_ms', true), ''), '0') AS BIGINT)
$$;

-- SQLite's json_each over an array ('0', '1'... as keys) or an object, both columns as text.
CREATE FUNCTION json_each(document TEXT) RETURNS TABLE (key TEXT, value TEXT) LANGUAGE plpgsql IMMUTABLE ROWS 100 AS $$
BEGIN
  IF left(ltrim(document), 1) = '[' THEN
    RETURN QUERY SELECT CAST(t.ordinality - 1 AS TEXT), t.value
                   FROM json_array_elements_text(CAST(document AS JSON)) WITH ORDINALITY AS t(value, ordinality);
  ELSE
    RETURN QUERY SELECT t.key, t.value FROM json_each_text(CAST(document AS JSON)) AS t;
  END IF;
END $$;

-- The walls. Times are UTC milliseconds; 253402300799000 is "no end"; 0/1 are flags; texts of structure are JSON.
-- Personal data is sealed (AES-GCM, `key_id` beside it) or hashed with a key; a cell is a home and never leaves.

CREATE TABLE setting (            -- of the whole instance: 'sending' = 'on' | 'paused'
  key    TEXT PRIMARY KEY,
  value  TEXT NOT NULL
);

CREATE TABLE counter (            -- ids are made by the application, in blocks; order of making is key order
  noun   TEXT PRIMARY KEY,
  last   BIGINT NOT NULL
);

CREATE TABLE node (
  id       BIGINT PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  boot     TEXT NOT NULL,
  seen_at  BIGINT NOT NULL,
  senders  TEXT NOT NULL DEFAULT '[]'         -- as which it speaks, since its start
);

CREATE TABLE topic (              -- the catalogue's keys, each with its bit in subscriptions' masks, never reused
  key  TEXT PRIMARY KEY,
  bit  BIGINT NOT NULL UNIQUE
);

-- stations ---------------------------------------------------------------------------------------------------

CREATE TABLE station (
  id            BIGINT PRIMARY KEY,
  parent_id     BIGINT REFERENCES station(id),
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  kind          TEXT NOT NULL,
  mode          BIGINT NOT NULL,              -- 0 live, 1 training; never changed
  insee         TEXT,
  timezone      TEXT NOT NULL,
  region        TEXT NOT NULL,                 -- for numbers typed nationally: FR, RE, GP...
  locale        TEXT NOT NULL,
  latitude      DOUBLE PRECISION NOT NULL,                 -- the mairie
  longitude     DOUBLE PRECISION NOT NULL,
  outline       TEXT,                          -- a zone, as registered
  phone         TEXT,
  private       BIGINT NOT NULL DEFAULT 0,
  suspended_at  BIGINT,
  silence       TEXT,                          -- its own delays by level; a level left out: its parent's, else the instance's
  info_per_day  BIGINT,                       -- deliveries of informations; null: its kind's, else the instance's; 0: no quota
  created_at    BIGINT NOT NULL
);

CREATE TABLE saved_zone (
  id          BIGINT PRIMARY KEY,
  station_id  BIGINT NOT NULL REFERENCES station(id),
  name        TEXT NOT NULL,
  zone        TEXT NOT NULL,
  UNIQUE (station_id, name)
);

CREATE TABLE hamlet (             -- a named point from which a circle is drawn without a map
  id          BIGINT PRIMARY KEY,
  station_id  BIGINT NOT NULL REFERENCES station(id),
  name        TEXT NOT NULL,
  latitude    DOUBLE PRECISION NOT NULL,
  longitude   DOUBLE PRECISION NOT NULL,
  UNIQUE (station_id, name)
);

CREATE TABLE operator (
  id             BIGINT PRIMARY KEY,
  login          TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  password_hash  TEXT,
  subscriber_id  BIGINT,                      -- hidden: carries the operator's own endpoints
  disabled_at    BIGINT,
  created_at     BIGINT NOT NULL
);

CREATE TABLE role (
  operator_id  BIGINT NOT NULL REFERENCES operator(id),
  station_id   BIGINT NOT NULL REFERENCES station(id),
  role         BIGINT NOT NULL,
  PRIMARY KEY (operator_id, station_id)
);

CREATE TABLE session (
  token_hash   BYTEA PRIMARY KEY,
  operator_id  BIGINT NOT NULL REFERENCES operator(id),
  station_id   BIGINT REFERENCES station(id),
  csrf         TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  seen_at      BIGINT NOT NULL,
  expires_at   BIGINT NOT NULL
);

CREATE TABLE throttle (           -- token buckets that must outlive a restart: log-ins, codes, keys
  bucket     TEXT PRIMARY KEY,
  tokens     DOUBLE PRECISION NOT NULL,
  filled_at  BIGINT NOT NULL
);

CREATE TABLE api_key (
  id           BIGINT PRIMARY KEY,
  station_id   BIGINT NOT NULL REFERENCES station(id),
  name         TEXT NOT NULL,
  token_hash   BYTEA NOT NULL UNIQUE,
  scope        BIGINT NOT NULL,
  subscribers  BIGINT NOT NULL DEFAULT 0,
  created_at   BIGINT NOT NULL,
  revoked_at   BIGINT
);

CREATE TABLE idempotency (        -- the answer that was given to a key's request, to be given again
  api_key_id    BIGINT NOT NULL,
  key           TEXT NOT NULL,
  request_hash  BYTEA NOT NULL,
  status        BIGINT,                       -- null while the first request is under way
  body          TEXT,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (api_key_id, key)
);

CREATE TABLE audit (
  id          BIGINT PRIMARY KEY,
  at          BIGINT NOT NULL,
  station_id  BIGINT,
  actor       TEXT NOT NULL,
  action      TEXT NOT NULL,
  object      TEXT NOT NULL,
  detail      TEXT NOT NULL
);
CREATE INDEX audit_station ON audit (station_id, id);

-- subscribers ------------------------------------------------------------------------------------------------

CREATE TABLE subscriber (
  id           BIGINT PRIMARY KEY,
  mode         BIGINT NOT NULL,
  locale       TEXT NOT NULL,
  quiet        TEXT,                           -- quiet hours the person chose; null: the instance's
  hidden       BIGINT NOT NULL DEFAULT 0,     -- an operator's: no audience sees it
  valid_until  BIGINT NOT NULL DEFAULT 253402300799000,
  created_at   BIGINT NOT NULL
);

CREATE TABLE endpoint (
  id             BIGINT PRIMARY KEY,          -- subscriber_id << 8 | slot
  subscriber_id  BIGINT NOT NULL REFERENCES subscriber(id),
  mode           BIGINT NOT NULL,
  channel        BIGINT NOT NULL,
  state          BIGINT NOT NULL,             -- 0 pending, 1 active, 2 stopped, 3 dead
  address        BYTEA NOT NULL,
  address_hash   BYTEA NOT NULL,
  key_id         BIGINT NOT NULL,
  proven_at      BIGINT,                      -- null: taken over from a list on the station's word
  greeted_at     BIGINT,                      -- its first message left: who writes, and how to leave, was said
  created_at     BIGINT NOT NULL,
  closed_at      BIGINT
);
CREATE INDEX endpoint_subscriber ON endpoint (subscriber_id, channel, state);
-- An address belongs to one person: whoever else would claim it is the same household.
CREATE UNIQUE INDEX endpoint_address ON endpoint (address_hash, mode) WHERE state < 2;
-- Taken over from a list and never written to: their first message says more, and costs more.
CREATE INDEX endpoint_new ON endpoint (subscriber_id) WHERE state = 1 AND greeted_at IS NULL AND proven_at IS NULL;
CREATE INDEX endpoint_closed ON endpoint (address_hash, mode) WHERE state >= 2;

CREATE TABLE place (              -- ended, never changed
  subscriber_id  BIGINT NOT NULL REFERENCES subscriber(id),
  ordinal        BIGINT NOT NULL,
  cell           BIGINT NOT NULL,
  kind           TEXT NOT NULL,
  topics         BIGINT,                      -- null: the subscription's
  created_at     BIGINT NOT NULL,
  ended_at       BIGINT NOT NULL DEFAULT 253402300799000,
  PRIMARY KEY (subscriber_id, ordinal)
);

CREATE TABLE subscription (
  station_id      BIGINT NOT NULL REFERENCES station(id),
  subscriber_id   BIGINT NOT NULL REFERENCES subscriber(id),
  scope           TEXT NOT NULL,               -- 'places' | 'everywhere'
  topics          BIGINT NOT NULL,
  min_level       BIGINT NOT NULL,
  exercises       BIGINT NOT NULL DEFAULT 0,
  channels        BIGINT NOT NULL DEFAULT 0,  -- active endpoints per channel, four bits each
  since           BIGINT NOT NULL,
  valid_until     BIGINT NOT NULL DEFAULT 253402300799000,
  ref             TEXT,                        -- the station's own key for this person
  name            BYTEA,                        -- sealed; shown only in group and help lists
  callback        BYTEA,                        -- sealed number to call back
  key_id          BIGINT,
  consent_source  TEXT NOT NULL,
  consent_at      BIGINT NOT NULL,
  consent_proof   TEXT,
  PRIMARY KEY (station_id, subscriber_id)
);
CREATE INDEX subscription_subscriber ON subscription (subscriber_id);
CREATE UNIQUE INDEX subscription_ref ON subscription (station_id, ref) WHERE ref IS NOT NULL;

CREATE TABLE reach (              -- derived from places and subscriptions in the same transaction; cell 0: everywhere
  station_id     BIGINT NOT NULL,
  cell           BIGINT NOT NULL,
  subscriber_id  BIGINT NOT NULL,
  ordinal        BIGINT NOT NULL,
  topics         BIGINT NOT NULL,
  min_level      BIGINT NOT NULL,
  exercises      BIGINT NOT NULL,
  channels       BIGINT NOT NULL,
  since          BIGINT NOT NULL,
  valid_until    BIGINT NOT NULL,
  PRIMARY KEY (station_id, cell, subscriber_id, ordinal)
);

CREATE TABLE "group" (
  id          BIGINT PRIMARY KEY,
  station_id  BIGINT NOT NULL REFERENCES station(id),
  name        TEXT NOT NULL,
  UNIQUE (station_id, name)
);

CREATE TABLE group_member (
  group_id       BIGINT NOT NULL REFERENCES "group"(id),
  subscriber_id  BIGINT NOT NULL REFERENCES subscriber(id),
  PRIMARY KEY (group_id, subscriber_id)
);

CREATE TABLE import_batch (       -- staged by slices, flipped at once, or gone
  id          BIGINT PRIMARY KEY,
  station_id  BIGINT NOT NULL,
  created_at  BIGINT NOT NULL
);

CREATE TABLE import_row (
  batch_id  BIGINT NOT NULL,
  line      BIGINT NOT NULL,
  content   BYTEA NOT NULL,                     -- sealed
  key_id    BIGINT NOT NULL,
  PRIMARY KEY (batch_id, line)
);

-- alerts -----------------------------------------------------------------------------------------------------

CREATE TABLE alert (
  id          BIGINT PRIMARY KEY,
  station_id  BIGINT NOT NULL REFERENCES station(id),
  state       TEXT NOT NULL,
  level       BIGINT NOT NULL,
  topic       TEXT NOT NULL,
  headline    TEXT NOT NULL,                   -- in the station's language, for lists
  exercise    BIGINT NOT NULL,
  private     BIGINT NOT NULL,                -- a group's or a private station's: never on a public page
  expires     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,
  closed_at   BIGINT,
  head_id     BIGINT                          -- its newest event
);
CREATE INDEX alert_station ON alert (station_id, id);
CREATE INDEX alert_open ON alert (expires) WHERE state = 'active';

CREATE TABLE draft (              -- the only mutable form
  alert_id    BIGINT PRIMARY KEY REFERENCES alert(id),
  content     TEXT NOT NULL,
  author      TEXT NOT NULL,
  updated_at  BIGINT NOT NULL
);

CREATE TABLE preview (            -- what was shown; its random id is the preview_digest, and releases once
  id            TEXT PRIMARY KEY,
  station_id    BIGINT NOT NULL,
  alert_id      BIGINT,                       -- set for an update
  actor         TEXT NOT NULL,
  content_hash  BYTEA NOT NULL,
  content       TEXT NOT NULL,
  people        BIGINT NOT NULL,
  endpoints     TEXT NOT NULL,
  created_at    BIGINT NOT NULL,
  event_id      BIGINT                        -- what it released
);

CREATE TABLE event (              -- immutable
  id           BIGINT PRIMARY KEY,
  alert_id     BIGINT NOT NULL REFERENCES alert(id),
  station_id   BIGINT NOT NULL,
  act          TEXT NOT NULL,                  -- 'alert' | 'update' | 'end' | 'cancel'
  content      TEXT NOT NULL,                  -- all that was decided: level, topic, target, texts, channels, url
  onset        BIGINT NOT NULL,
  deliver_by   BIGINT NOT NULL,
  expires      BIGINT NOT NULL,
  as_of        BIGINT NOT NULL,
  released_by  TEXT NOT NULL,
  supersedes   BIGINT REFERENCES event(id),
  people       BIGINT NOT NULL,               -- as the preview said
  expected     BIGINT NOT NULL,               -- endpoints, as the preview said
  created_at   BIGINT NOT NULL,
  first_s      DOUBLE PRECISION,                           -- the forecast at release, in seconds; null: none was made
  half_s       DOUBLE PRECISION,
  last_s       DOUBLE PRECISION
);
CREATE INDEX event_alert ON event (alert_id, id);
CREATE INDEX event_station ON event (station_id, created_at);

CREATE TABLE event_range (        -- the zone's cover, nearest ring first
  event_id  BIGINT NOT NULL REFERENCES event(id),
  ring      BIGINT NOT NULL,
  lo        BIGINT NOT NULL,
  hi        BIGINT NOT NULL,
  PRIMARY KEY (event_id, ring, lo)
);

CREATE TABLE event_group (
  event_id  BIGINT NOT NULL REFERENCES event(id),
  group_id  BIGINT NOT NULL,
  PRIMARY KEY (event_id, group_id)
);

-- deliveries -------------------------------------------------------------------------------------------------

CREATE TABLE message (            -- what is delivered: an event, or a service message
  id             BIGINT PRIMARY KEY,
  kind           TEXT NOT NULL,                -- 'event' | 'service'
  station_id     BIGINT NOT NULL,
  mode           BIGINT NOT NULL,
  alert_id       BIGINT,
  event_id       BIGINT,
  act            TEXT NOT NULL,
  level          BIGINT NOT NULL,
  lane           BIGINT NOT NULL,
  supersedes     BIGINT,                      -- the message before it in the thread
  superseded_at  BIGINT,                      -- the O(1) mark: nothing of it leaves any more
  deliver_by     BIGINT NOT NULL,
  silence        BIGINT NOT NULL DEFAULT 0,   -- 1: some of its channels wait for a silence
  body           BYTEA,                         -- a service message's words, sealed
  key_id         BIGINT,
  created_at     BIGINT NOT NULL,
  planned        BIGINT,                      -- null until fan-out ends
  closed_at      BIGINT,                      -- nothing waits any more
  first_at       BIGINT,                      -- when the first left that was handed over, half of them, the last
  half_at        BIGINT,
  last_at        BIGINT
);
CREATE INDEX message_alert ON message (alert_id, id);
CREATE INDEX message_open ON message (id) WHERE closed_at IS NULL;

CREATE TABLE fan_out (            -- work shared by nodes: the cursor and its rows commit together
  message_id  BIGINT NOT NULL REFERENCES message(id),
  phase       BIGINT NOT NULL,                -- 0 audience of an update, 1 those reached before, 2 deliveries of the audience
  ring        BIGINT NOT NULL,
  source_id   BIGINT NOT NULL,                -- the station, the group, or (phase 1) the earlier message
  start_after BIGINT NOT NULL DEFAULT 0,      -- a large source is cut: this piece is those behind this id
  kind        TEXT NOT NULL,                   -- of source: 'zone' | 'station' | 'group' | 'message'
  subscriber  BIGINT NOT NULL DEFAULT 0,      -- cursor; in phase 1 over endpoints
  upto        BIGINT NOT NULL DEFAULT 9223372036854775807,  -- the last id that may be in it
  due_at      BIGINT NOT NULL,                -- the event's onset
  done_at     BIGINT,
  PRIMARY KEY (message_id, phase, ring, source_id, start_after)
);
CREATE INDEX fan_out_open ON fan_out (due_at, message_id) WHERE done_at IS NULL;

CREATE TABLE audience (
  message_id     BIGINT NOT NULL,
  ring           BIGINT NOT NULL,
  subscriber_id  BIGINT NOT NULL,
  PRIMARY KEY (message_id, ring, subscriber_id)
);

CREATE TABLE sender (             -- the number or name a gateway speaks as, with its own rate
  id           BIGINT PRIMARY KEY,
  gateway      TEXT NOT NULL,
  name         TEXT NOT NULL,
  channel      BIGINT NOT NULL,
  tokens       DOUBLE PRECISION NOT NULL DEFAULT 0,
  filled_at    BIGINT NOT NULL DEFAULT 0,
  node_id      BIGINT,                        -- its owner, while the lease lasts
  lease_until  BIGINT NOT NULL DEFAULT 0,
  UNIQUE (gateway, name, channel)
);

CREATE TABLE gateway_health (     -- what each node sees of each gateway: nodes may disagree, and any node shows all
  node_id   BIGINT NOT NULL,
  gateway   TEXT NOT NULL,
  working   BIGINT NOT NULL,
  since     BIGINT NOT NULL,
  reason    TEXT NOT NULL,                     -- why it is down, in the contract's word
  failures  DOUBLE PRECISION,                              -- share of late, 0 to 1; null: too few answers to say
  speaks    TEXT NOT NULL,                     -- the channels for which it speaks now
  hosts     TEXT NOT NULL,                     -- of a gateway that speaks to many hosts: those left alone now
  dangers   TEXT NOT NULL,                     -- the channels for whose danger alone it speaks now
  told_at   BIGINT NOT NULL,
  PRIMARY KEY (node_id, gateway)
);

CREATE TABLE delivery (           -- one message to one endpoint
  message_id   BIGINT NOT NULL,
  endpoint_id  BIGINT NOT NULL,
  channel      BIGINT NOT NULL,
  sender_id    BIGINT NOT NULL,               -- 0: no gateway for that channel
  lane         BIGINT NOT NULL,
  ring         BIGINT NOT NULL,
  state        BIGINT NOT NULL,
  wording      BIGINT NOT NULL,
  due_at       BIGINT NOT NULL,
  tries        BIGINT NOT NULL DEFAULT 0,
  node_id      BIGINT NOT NULL DEFAULT 0,
  doubtful     BIGINT NOT NULL DEFAULT 0,     -- an earlier attempt met silence: it may have arrived
  reason       TEXT,
  PRIMARY KEY (message_id, endpoint_id)
) PARTITION BY HASH (message_id, endpoint_id);
-- By message and subscriber, so that the largest alert spreads: its rows, the pages that its claims rewrite, and what
-- vacuum has to walk. PostgreSQL wants plain columns of the key, and an endpoint is its subscriber and a slot. Four, since
-- each statement asks every partition: docs/performance.md. Attempts are only ever reached by their key, and stay whole.
CREATE TABLE delivery_0 PARTITION OF delivery FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE delivery_1 PARTITION OF delivery FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE delivery_2 PARTITION OF delivery FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE delivery_3 PARTITION OF delivery FOR VALUES WITH (MODULUS 4, REMAINDER 3);
-- What a sender may take now, message by message, since stations share it, and nearest first: queued rows only, so that a
-- claim reads what it takes and no more.
CREATE INDEX delivery_queued ON delivery (sender_id, lane, message_id, ring, due_at, endpoint_id) WHERE state = 1;
CREATE INDEX delivery_waiting ON delivery (due_at) WHERE state = 0;
CREATE INDEX delivery_unknown ON delivery (due_at) WHERE state = 3 AND due_at < 253402300799000;
CREATE INDEX delivery_lost ON delivery (message_id, endpoint_id) WHERE state = 3;

CREATE TABLE attempt (            -- inserted at `calling`, closed once
  message_id    BIGINT NOT NULL,
  endpoint_id   BIGINT NOT NULL,
  ordinal       BIGINT NOT NULL,
  sender_id     BIGINT NOT NULL,
  node_id       BIGINT NOT NULL,
  started_at    BIGINT NOT NULL,
  closed_at     BIGINT,
  outcome       TEXT,
  code          TEXT,
  provider_ref  TEXT,
  PRIMARY KEY (message_id, endpoint_id, ordinal)
);

CREATE TABLE tally (              -- changed in every transaction that changes a delivery; summed on reading
  message_id  BIGINT NOT NULL,
  node_id     BIGINT NOT NULL,
  channel     BIGINT NOT NULL,
  state       BIGINT NOT NULL,
  n           BIGINT NOT NULL,
  PRIMARY KEY (message_id, node_id, channel, state)
);

CREATE TABLE receipt (            -- raw, sealed, first; applied by rank after
  id           BIGINT PRIMARY KEY,
  gateway      TEXT NOT NULL,
  received_at  BIGINT NOT NULL,
  raw          BYTEA NOT NULL,
  key_id       BIGINT NOT NULL,
  applied_at   BIGINT
);
CREATE INDEX receipt_open ON receipt (id) WHERE applied_at IS NULL;

CREATE TABLE sandbox (            -- what the sandbox gateway was given: invented people, training stations
  id          BIGINT PRIMARY KEY,
  at          BIGINT NOT NULL,
  gateway     TEXT NOT NULL,
  channel     TEXT NOT NULL,
  address     TEXT NOT NULL,
  content     TEXT NOT NULL
);
