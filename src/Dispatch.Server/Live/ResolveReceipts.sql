-- Which call-outs are newly sent, delivered or seen by these receipts. Reads only: the cursors move after the facts are written (MoveCursors.sql),
-- so a receipt whose fact could not be written is simply resolved again. Primary keys of inbox_heads, inbox and callouts.
-- $1 call-outs sent; $2,$3 cursors: volunteer, number; $4,$5 seen: volunteer, call-out
SELECT c.incident_id, c.id, 0 AS stage, c.volunteer_id FROM callouts c WHERE c.id = ANY ($1) AND c.sent_at IS NULL
UNION
SELECT c.incident_id, c.id, 1, c.volunteer_id
FROM unnest($2::uuid[], $3::bigint[]) AS d (volunteer_id, number)
JOIN inbox_heads head ON head.volunteer_id = d.volunteer_id AND head.delivered < d.number
JOIN inbox item ON item.volunteer_id = d.volunteer_id AND item.number > head.delivered AND item.number <= d.number
JOIN callouts c ON c.id = item.callout_id
WHERE c.delivered_at IS NULL
  AND NOT EXISTS (SELECT FROM quarantine q WHERE q.kind = 'inboxItem' AND q.subject = item.volunteer_id AND q.number = item.number) -- never sent: no card could be made
UNION
SELECT c.incident_id, c.id, 2, c.volunteer_id
FROM unnest($4::uuid[], $5::uuid[]) AS s (volunteer_id, callout_id)
JOIN callouts c ON c.id = s.callout_id AND c.volunteer_id = s.volunteer_id
WHERE c.seen_at IS NULL
