-- A node's sign of life. Tells it whether somebody has asked it to drain, how many other nodes there are to hand over to, and how many
-- connected phones the database knows of it (a crash may have emptied that table). Primary key of nodes, index nodes_by_seen_at.
-- $1 node, $2 its name, $3 its state, $4 phones, $5 consoles
WITH beat AS (
    INSERT INTO nodes AS n (id, name, state, phones, consoles) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), state = excluded.state, phones = excluded.phones, consoles = excluded.consoles
    RETURNING drain_asked_at
)
SELECT (SELECT drain_asked_at IS NOT NULL FROM beat),
       (SELECT count(*) FROM nodes WHERE id <> $1 AND state = 'ready' AND seen_at > now() - interval '5 seconds'),
       (SELECT count(*) FROM presence WHERE node_id = $1)
