-- The yes that only takes a place, as one guarded statement, under the incident's lock: the offer is open and in time, the incident is open, and
-- the place is not the last one (that one closes the need, which AnswerCallout does step by step). No row: nothing was written.
-- The clock is read once, when the lock is held. A test compares what this writes with what the steps write.
-- $1 call-out, $2 volunteer
WITH accepted AS (
    UPDATE callouts c
    SET state = 'accepted', reason = NULL, answered_at = clock.now, changed_at = clock.now
    FROM incidents i, needs n, (SELECT clock_timestamp() AS now OFFSET 0) AS clock
    WHERE c.id = $1 AND c.volunteer_id = $2 AND c.state = 'offered' AND c.due_at > clock.now
      AND i.id = c.incident_id AND i.state = 'open'
      AND n.incident_id = c.incident_id AND n.ordinal = c.need_ordinal AND n.count - n.filled > 1
    RETURNING c.id, c.incident_id, c.need_ordinal, c.volunteer_id, clock.now
), taken AS (
    UPDATE needs n SET filled = n.filled + 1 FROM accepted a
    WHERE n.incident_id = a.incident_id AND n.ordinal = a.need_ordinal
    RETURNING n.filled
), numbered AS (
    UPDATE incidents i SET last_fact = i.last_fact + 1 FROM accepted a
    WHERE i.id = a.incident_id
    RETURNING i.last_fact, i.trace
), recorded AS (
    INSERT INTO facts (incident_id, number, kind, at, by_kind, by_id, callout_id, data)
    SELECT a.incident_id, d.last_fact, 'CalloutAccepted', a.now, 'volunteer', a.volunteer_id, a.id,
           jsonb_build_object('needOrdinal', a.need_ordinal, 'filled', t.filled)
    FROM accepted a, taken t, numbered d
)
SELECT a.incident_id, d.trace FROM accepted a, numbered d
