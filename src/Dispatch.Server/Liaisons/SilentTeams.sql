-- The teams of the people a wave asked, with their liaison (of the team, else of the one above) and the station above their home: the lowest region
-- with authority over it. callouts_by_incident, team_members_by_volunteer.
-- $1 incident, $2 wave
SELECT t.id, t.name, coalesce(t.liaison_id, up.liaison_id), station.code, station.path::text, array_agg(c.id ORDER BY c.id)
FROM callouts c
JOIN team_members m ON m.volunteer_id = c.volunteer_id
JOIN teams t ON t.id = m.team_id
LEFT JOIN teams up ON up.id = t.parent_id
JOIN regions home ON home.code = t.home_region
CROSS JOIN LATERAL (
    SELECT r.code, r.path FROM regions r WHERE r.path @> home.path AND r.has_authority AND (r.path <> home.path OR home.parent_code IS NULL)
    ORDER BY nlevel(r.path) DESC LIMIT 1) AS station
WHERE c.incident_id = $1 AND c.wave = $2
GROUP BY t.id, t.name, t.liaison_id, up.liaison_id, station.code, station.path
ORDER BY t.id
