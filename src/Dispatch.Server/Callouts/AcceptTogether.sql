-- As AcceptAtOnce.sql for offers of many incidents, whose locks the transaction holds: each takes a place, in the order in which they said yes, as
-- long as the place is not the last of its need. Who gets no row was written nothing of. A test compares what this writes with what the steps write.
-- $1 call-outs, none twice, $2 their volunteers
WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
), possible AS (
    SELECT c.id, w.ord, n.filled, n.count - n.filled AS missing, row_number() OVER (PARTITION BY c.incident_id, c.need_ordinal ORDER BY w.ord) AS nth
    FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS w (callout_id, volunteer_id, ord)
    JOIN callouts c ON c.id = w.callout_id AND c.volunteer_id = w.volunteer_id
    JOIN incidents i ON i.id = c.incident_id
    JOIN needs n ON n.incident_id = c.incident_id AND n.ordinal = c.need_ordinal
    CROSS JOIN clock
    WHERE c.state = 'offered' AND c.due_at > clock.now AND i.state = 'open'
), accepted AS (
    UPDATE callouts c SET state = 'accepted', reason = NULL, answered_at = clock.now, changed_at = clock.now
    FROM possible p, clock
    WHERE c.id = p.id AND p.nth < p.missing
    RETURNING c.id, c.incident_id, c.need_ordinal, c.volunteer_id, clock.now, p.ord, p.filled + p.nth AS filled
), taken AS (
    UPDATE needs n SET filled = a.filled
    FROM (SELECT incident_id, need_ordinal, max(filled) AS filled FROM accepted GROUP BY incident_id, need_ordinal) AS a
    WHERE n.incident_id = a.incident_id AND n.ordinal = a.need_ordinal
), numbered AS (
    UPDATE incidents i SET last_fact = i.last_fact + a.facts
    FROM (SELECT incident_id, count(*) AS facts FROM accepted GROUP BY incident_id) AS a
    WHERE i.id = a.incident_id
    RETURNING i.id, i.last_fact - a.facts AS before, i.trace
), recorded AS (
    INSERT INTO facts (incident_id, number, kind, at, by_kind, by_id, callout_id, data)
    SELECT a.incident_id, d.before + row_number() OVER (PARTITION BY a.incident_id ORDER BY a.ord), 'CalloutAccepted', a.now, 'volunteer', a.volunteer_id, a.id,
           jsonb_build_object('needOrdinal', a.need_ordinal, 'filled', a.filled)
    FROM accepted a JOIN numbered d ON d.id = a.incident_id
    ORDER BY 1, 2 -- each fact after the one it is chained to
)
SELECT a.id, a.incident_id, d.trace FROM accepted a JOIN numbered d ON d.id = a.incident_id
