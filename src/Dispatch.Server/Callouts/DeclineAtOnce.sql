-- The no to an open offer, as one guarded statement, under the incident's lock. No row: nothing was written, and AnswerCallout goes step by step.
-- The clock is read once, when the lock is held. A test compares what this writes with what the steps write.
-- $1 call-out, $2 volunteer, $3 reason
WITH declined AS (
    UPDATE callouts c
    SET state = 'declined', reason = $3, answered_at = clock.now, changed_at = clock.now
    FROM (SELECT clock_timestamp() AS now OFFSET 0) AS clock
    WHERE c.id = $1 AND c.volunteer_id = $2 AND c.state = 'offered'
    RETURNING c.id, c.incident_id, c.need_ordinal, c.volunteer_id, clock.now
), numbered AS (
    UPDATE incidents i SET last_fact = i.last_fact + 1 FROM declined d
    WHERE i.id = d.incident_id
    RETURNING i.last_fact, i.trace
), recorded AS (
    INSERT INTO facts (incident_id, number, kind, at, by_kind, by_id, callout_id, data)
    SELECT d.incident_id, n.last_fact, 'CalloutDeclined', d.now, 'volunteer', d.volunteer_id, d.id,
           jsonb_build_object('needOrdinal', d.need_ordinal, 'reason', $3, 'via', NULL)
    FROM declined d, numbered n
)
SELECT d.incident_id, n.trace FROM declined d, numbered n
