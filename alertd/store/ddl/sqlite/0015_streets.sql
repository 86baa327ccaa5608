CREATE TABLE street (             -- of a station's own address list: a street, or a hamlet
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL REFERENCES station(id),
  name        TEXT NOT NULL,
  commune     TEXT NOT NULL,                   -- '' where the list is of one
  kind        TEXT NOT NULL,                   -- 'street' | 'hamlet'
  folded      TEXT NOT NULL,                   -- the name as it is searched
  points      INTEGER NOT NULL,                -- how many address points; 0 for a mere name
  latitude    REAL NOT NULL,                -- its middle
  longitude   REAL NOT NULL
) STRICT;
CREATE INDEX street_station ON street (station_id, name);

CREATE TABLE street_gram (        -- three signs of a name in a row: names are found although they are mistyped
  station_id  INTEGER NOT NULL,
  gram        TEXT NOT NULL,
  street_id   INTEGER NOT NULL,
  PRIMARY KEY (station_id, gram, street_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE address_block (      -- neighbouring address points, five at least, whose coverage is told together
  id          INTEGER PRIMARY KEY,
  station_id  INTEGER NOT NULL REFERENCES station(id),
  label       TEXT NOT NULL,
  points      INTEGER NOT NULL
) STRICT;
CREATE INDEX address_block_station ON address_block (station_id);

CREATE TABLE address_point (      -- a door: where there is one, not who lives there
  station_id  INTEGER NOT NULL,
  cell        INTEGER NOT NULL,
  id          INTEGER NOT NULL,
  street_id   INTEGER NOT NULL,
  block_id    INTEGER NOT NULL,
  number      TEXT NOT NULL,                   -- '12 bis'
  latitude    REAL NOT NULL,
  longitude   REAL NOT NULL,
  PRIMARY KEY (station_id, cell, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX address_point_street ON address_point (street_id);
CREATE INDEX address_point_block ON address_point (block_id);
