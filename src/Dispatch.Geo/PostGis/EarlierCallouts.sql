-- What became of everybody already asked in this incident, the latest call-out of each: callouts_by_incident.
-- $1 incident
SELECT DISTINCT ON (volunteer_id) volunteer_id, state FROM callouts WHERE incident_id = $1 ORDER BY volunteer_id, offered_at DESC, id DESC
