-- Puts a task into the inbox of a liaison, numbered by his own head.
-- $1 liaison, $2 task, $3 time
WITH head AS (
    INSERT INTO inbox_heads AS h (volunteer_id, last_number) VALUES ($1, 1)
    ON CONFLICT (volunteer_id) DO UPDATE SET last_number = h.last_number + 1 RETURNING last_number
)
INSERT INTO inbox (volunteer_id, number, at, kind, task_id) SELECT $1, last_number, $3, 'liaisonTask', $2 FROM head
