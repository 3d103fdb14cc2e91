-- Everybody asked in this incident who has not answered yet: callouts_by_incident, then response_records by primary key.
-- $1 incident
SELECT c.need_ordinal, c.offered_at, c.distance_metres::float8, c.delivered_at IS NOT NULL, r.asked, r.accepted, r.declined, r.means, c.volunteer_id
FROM callouts c LEFT JOIN response_records r ON r.volunteer_id = c.volunteer_id
WHERE c.incident_id = $1 AND c.state = 'offered'
ORDER BY c.need_ordinal, c.offered_at, c.volunteer_id
