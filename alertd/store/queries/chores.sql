-- Chores that one node at a time does for all: whoever begins one first leads it until its transaction ends, and when a
-- node dies in the middle, the store ends the transaction and the next one that comes round leads.

-- name: lead
-- Whether this transaction leads the chore $1 now. SQLite has one writer: whoever writes, leads.
SELECT 1 AS leads WHERE length(CAST($1 AS TEXT)) > 0;
