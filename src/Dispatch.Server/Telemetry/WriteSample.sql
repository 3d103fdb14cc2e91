-- What a node did in the last ten seconds; older than the plots reach is forgotten in the same breath. Primary key (at, node).
-- $1 node, $2 phones, $3 consoles, $4 longest queue, $5 lag, $6 undelivered, $7 overdue, $8 raise to phone, $9 accept to console, $10 cut,
-- $11 missed, $12 errors, $13 not confirmed, $14 races
WITH forgotten AS (
    DELETE FROM node_samples WHERE at < now() - interval '65 minutes'
)
INSERT INTO node_samples (node, at, phones, consoles, queue_max, lag_ms, undelivered, overdue, raise_to_phone, accept_to_console, clients_cut,
    timers_missed, errors, not_confirmed, races)
VALUES ($1, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
