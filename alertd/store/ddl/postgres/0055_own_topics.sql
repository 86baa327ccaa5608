ALTER TABLE station_topic ADD COLUMN base TEXT;         -- of a topic of the station's own, the one of the catalogue that it is like; else null
ALTER TABLE station_topic ADD COLUMN bit BIGINT;      -- its place in the masks of this station's subscriptions, 54 to 61
ALTER TABLE station_topic ADD COLUMN removed_at BIGINT;  -- its place is free again when those who were joining are done
CREATE UNIQUE INDEX station_topic_bit ON station_topic (station_id, bit) WHERE bit IS NOT NULL AND removed_at IS NULL;
