-- As on PostgreSQL, where an index holds no more than its columns; here the table's key is in it anyway.
DROP INDEX subscription_subscriber;
CREATE INDEX subscription_subscriber ON subscription (subscriber_id, station_id);
