-- A node's sign of life, and what it should know: the database's clock, the auditor's beat, offers nobody's phone has, offers past their time,
-- and what the last verifications of the record found.
-- Primary key of nodes; partial index callouts_due (offered call-outs only).
-- $1 node, $2 name, $3 version, $4 started, $5 phones, $6 consoles, $7 longest queue, $8 all queues, $9 lag, $10 memory, $11 disk free, $12 disk,
-- $13 redis, $14 undelivered after, $15 overdue after
WITH beat AS (
    INSERT INTO nodes AS own (id, name, state, version, started_at, seen_at, phones, consoles, queue_max, queue_sum, lag_ms, memory_bytes,
        disk_free_bytes, disk_bytes, redis)
    VALUES ($1, $2, 'ready', $3, $4, clock_timestamp(), $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, started_at = excluded.started_at, phones = excluded.phones, consoles = excluded.consoles,
        queue_max = excluded.queue_max, queue_sum = excluded.queue_sum, lag_ms = excluded.lag_ms, memory_bytes = excluded.memory_bytes,
        disk_free_bytes = excluded.disk_free_bytes, disk_bytes = excluded.disk_bytes, redis = excluded.redis -- that it lives, and its state, says BeatNode
)
SELECT clock_timestamp(),
       count(*) FILTER (WHERE delivered_at IS NULL AND offered_at < now() - $14::interval)::integer,
       count(*) FILTER (WHERE due_at < now() - $15::interval)::integer,
       (SELECT extract(epoch FROM clock_timestamp() - beat_at)::float8 FROM auditor),
       (SELECT coalesce(max(flaws), 0)::integer FROM record_checks)
FROM callouts WHERE state = 'offered'
