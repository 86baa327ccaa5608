-- name: list_all
-- A topic keeps its bit for ever, also one that the catalogue no longer names: masks in the store mean it.
SELECT key, bit FROM topic ORDER BY bit;

-- name: add
-- Two nodes that start together register the same topics: the first one's bits stand.
INSERT INTO topic (key, bit) VALUES ($1, $2) ON CONFLICT DO NOTHING;
