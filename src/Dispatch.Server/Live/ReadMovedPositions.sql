-- Where those who accepted are, as far as it was stored in the last seconds: what other nodes heard while Redis does not tell it.
-- Partial index callouts_one_active_per_volunteer, primary keys of positions and incidents.
SELECT i.region_path::text, p.volunteer_id, c.id, c.incident_id, ST_X(p.location::geometry), ST_Y(p.location::geometry), p.taken_at
FROM callouts c
JOIN positions p ON p.volunteer_id = c.volunteer_id AND p.received_at > clock_timestamp() - interval '5 seconds'
JOIN incidents i ON i.id = c.incident_id
WHERE c.state IN ('accepted', 'enRoute', 'onScene')
