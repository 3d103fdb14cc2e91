-- Appends to the inboxes of several volunteers, each numbered by its own head. Heads are locked in the order of volunteer id, which is the
-- lock order of the whole product (incident, call-outs, volunteers, heads), so two incidents that reach the same people cannot deadlock here.
-- $1 volunteer ids, $2 kinds, $3 call-outs, $4 incident, $5 time
WITH items AS (
    SELECT volunteer_id, kind, callout_id, ord
    FROM unnest($1::uuid[], $2::text[], $3::uuid[]) WITH ORDINALITY AS n (volunteer_id, kind, callout_id, ord)
), heads AS (
    INSERT INTO inbox_heads AS head (volunteer_id, last_number)
    SELECT volunteer_id, count(*) FROM items GROUP BY volunteer_id ORDER BY volunteer_id
    ON CONFLICT (volunteer_id) DO UPDATE SET last_number = head.last_number + excluded.last_number
    RETURNING volunteer_id, last_number
)
INSERT INTO inbox (volunteer_id, number, at, kind, incident_id, callout_id)
SELECT i.volunteer_id,
       h.last_number + 1 - row_number() OVER (PARTITION BY i.volunteer_id ORDER BY i.ord DESC),
       $5, i.kind, $4, i.callout_id
FROM items i JOIN heads h USING (volunteer_id)
