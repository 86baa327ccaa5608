-- Matching a zone walks ranges of this key and asks the same columns of each place. All of them now stand in the index: the table's
-- rows are in the order of people, and nearly each place of a zone is on another page of them (docs/performance.md).
ALTER TABLE reach DROP CONSTRAINT reach_pkey;
ALTER TABLE reach ADD PRIMARY KEY (station_id, cell, subscriber_id, ordinal)
  INCLUDE (topics, min_level, exercises, channels, since, valid_until);
