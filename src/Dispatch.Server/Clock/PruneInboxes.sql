-- Gives up the oldest inbox items of some volunteers and remembers up to which number; returns how many inboxes it changed. The newest item of an
-- inbox may be older than one before it by milliseconds, so the boundary is the last number before the first item that is still kept.
-- Index inbox_by_time. Heads are locked in the order of volunteer id, as AppendInbox.sql does.
-- $1 how long items are kept, $2 most inboxes
WITH old AS (
    SELECT DISTINCT item.volunteer_id FROM inbox item JOIN inbox_heads head USING (volunteer_id)
    WHERE item.at < now() - $1
      AND NOT EXISTS (SELECT FROM inbox kept WHERE kept.volunteer_id = item.volunteer_id AND kept.number < item.number AND kept.at >= now() - $1)
    ORDER BY item.volunteer_id LIMIT $2
), heads AS (
    SELECT head.volunteer_id,
           (SELECT coalesce(min(item.number) FILTER (WHERE item.at >= now() - $1) - 1, max(item.number)) FROM inbox item WHERE item.volunteer_id = head.volunteer_id) AS boundary
    FROM inbox_heads head JOIN old USING (volunteer_id)
    ORDER BY head.volunteer_id
    FOR UPDATE OF head
), moved AS (
    UPDATE inbox_heads head SET pruned = greatest(head.pruned, heads.boundary) FROM heads WHERE head.volunteer_id = heads.volunteer_id
    RETURNING head.volunteer_id, head.pruned
), gone AS (
    DELETE FROM inbox item USING moved WHERE item.volunteer_id = moved.volunteer_id AND item.number <= moved.pruned
)
SELECT count(*)::int FROM moved
