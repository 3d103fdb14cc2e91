-- Puts what has still to be told into the inboxes of some people of a muster, each numbered by its own head, and returns whom it told what. Heads are
-- locked in the order of volunteer id, as AppendInbox.sql does. Index muster_people_still_to_tell.
-- $1 muster, $2 most people, $3 time
WITH batch AS (
    SELECT volunteer_id, to_tell FROM muster_people WHERE muster_id = $1 AND to_tell IS NOT NULL ORDER BY volunteer_id LIMIT $2
), heads AS (
    INSERT INTO inbox_heads AS head (volunteer_id, last_number)
    SELECT volunteer_id, 1 FROM batch ORDER BY volunteer_id
    ON CONFLICT (volunteer_id) DO UPDATE SET last_number = head.last_number + 1
    RETURNING volunteer_id, last_number
), items AS (
    INSERT INTO inbox (volunteer_id, number, at, kind, muster_id)
    SELECT b.volunteer_id, h.last_number, $3, b.to_tell, $1 FROM batch b JOIN heads h USING (volunteer_id)
)
UPDATE muster_people p
SET to_tell = NULL, stage = greatest(p.stage, 1),
    notified_at = CASE WHEN b.to_tell = 'mustered' THEN $3 ELSE p.notified_at END, -- who was checked in by hand before he was told of it hears only of its end
    changed_at = greatest(p.changed_at, $3),
    told_number = CASE WHEN b.to_tell = 'mustered' THEN h.last_number ELSE p.told_number END
FROM batch b JOIN heads h USING (volunteer_id)
WHERE p.muster_id = $1 AND p.volunteer_id = b.volunteer_id
RETURNING p.volunteer_id, b.to_tell
