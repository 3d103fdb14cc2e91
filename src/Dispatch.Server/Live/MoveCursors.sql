-- Moves phones' cursors forward; never back and never beyond the head. Heads are locked in the order of volunteer id, as AppendInbox.sql does.
-- $1,$2 cursors: volunteer, number
WITH heads AS (
    SELECT head.volunteer_id, least(d.number, head.last_number) AS number
    FROM unnest($1::uuid[], $2::bigint[]) AS d (volunteer_id, number)
    JOIN inbox_heads head ON head.volunteer_id = d.volunteer_id AND head.delivered < d.number
    ORDER BY head.volunteer_id
    FOR UPDATE OF head
)
UPDATE inbox_heads head SET delivered = heads.number
FROM heads WHERE head.volunteer_id = heads.volunteer_id AND head.delivered < heads.number
