-- A claim asks of each person whether they subscribe: that now stands in an index, whose pages are a fifth of the rows' and
-- stay in memory.
DROP INDEX subscription_subscriber;
CREATE INDEX subscription_subscriber ON subscription (subscriber_id, station_id);
