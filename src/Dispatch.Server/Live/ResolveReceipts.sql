-- Marks inbox items as sent, moves the phones' cursors, and tells which call-outs are thereby newly sent, delivered or seen.
-- Primary keys of inbox, inbox_heads and callouts. A cursor never moves back and never beyond the head.
-- $1,$2 sent: volunteer, number; $3,$4 cursors: volunteer, number (ordered by volunteer); $5,$6 seen: volunteer, call-out
WITH sent AS (
    UPDATE inbox item SET sent_at = clock_timestamp()
    FROM unnest($1::uuid[], $2::bigint[]) AS s (volunteer_id, number)
    WHERE item.volunteer_id = s.volunteer_id AND item.number = s.number AND item.sent_at IS NULL
    RETURNING item.callout_id
), before AS (
    SELECT head.volunteer_id, head.delivered, least(d.number, head.last_number) AS number
    FROM unnest($3::uuid[], $4::bigint[]) AS d (volunteer_id, number)
    JOIN inbox_heads head ON head.volunteer_id = d.volunteer_id AND head.delivered < d.number
), reached AS (  -- what a phone has, was sent: also when the node that sent it died before it could say so
    UPDATE inbox item SET sent_at = clock_timestamp()
    FROM before
    WHERE item.volunteer_id = before.volunteer_id AND item.number > before.delivered AND item.number <= before.number AND item.sent_at IS NULL
      AND NOT EXISTS (SELECT FROM unnest($1::uuid[], $2::bigint[]) AS s (volunteer_id, number) WHERE s.volunteer_id = item.volunteer_id AND s.number = item.number)
), moved AS (
    UPDATE inbox_heads head SET delivered = before.number
    FROM before WHERE head.volunteer_id = before.volunteer_id AND head.delivered < before.number
)
SELECT c.incident_id, c.id, 0 AS stage FROM sent JOIN callouts c ON c.id = sent.callout_id WHERE c.sent_at IS NULL
UNION
SELECT c.incident_id, c.id, 1
FROM before
JOIN inbox item ON item.volunteer_id = before.volunteer_id AND item.number > before.delivered AND item.number <= before.number
JOIN callouts c ON c.id = item.callout_id
WHERE c.delivered_at IS NULL
UNION
SELECT c.incident_id, c.id, 2
FROM unnest($5::uuid[], $6::uuid[]) AS s (volunteer_id, callout_id)
JOIN callouts c ON c.id = s.callout_id AND c.volunteer_id = s.volunteer_id
WHERE c.seen_at IS NULL
