-- Whoever works on a message's deliveries holds its gate together with others; whoever changes the message itself waits in
-- line for it alone. Row locks do not queue fairly: a release that supersedes would wait for as long as claims, each holding
-- a share of the row, overlap (https://github.com/postgres/postgres/blob/master/src/backend/access/heap/README.tuplock).

-- name: enter
-- Share the gate of message $1 until the transaction ends. SQLite has one writer: there is no gate.
SELECT 1 AS passed WHERE $1 > 0;

-- name: shut
-- Have the gate of message $1 alone until the transaction ends; who comes later waits behind.
SELECT 1 AS passed WHERE $1 > 0;
