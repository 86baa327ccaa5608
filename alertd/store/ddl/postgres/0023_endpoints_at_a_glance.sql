-- Fan-out asks of each person which endpoints they have on a channel, and nothing else of them: all of it stands in the index.
-- The table's rows, with address and hash, are ten times as long, and nearly each is on another page.
DROP INDEX endpoint_subscriber;
CREATE INDEX endpoint_subscriber ON endpoint (subscriber_id, channel, state, kind) INCLUDE (id);
