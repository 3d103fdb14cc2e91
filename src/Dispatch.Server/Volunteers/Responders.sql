-- Who may be called now in the operator's region and where, for the map. Places are rounded to about 200 m until he has accepted a call-out.
-- $1 region path
SELECT v.id, v.name, v.duty, held.located_by, held.fix_taken_at, active.state,
       CASE WHEN active.has_place THEN ST_X(held.location::geometry) ELSE round((ST_X(held.location::geometry) / 0.002)::numeric) * 0.002 END::float8,
       CASE WHEN active.has_place THEN ST_Y(held.location::geometry) ELSE round((ST_Y(held.location::geometry) / 0.002)::numeric) * 0.002 END::float8,
       held.keys
FROM volunteers v
JOIN LATERAL (
    SELECT min(c.located_by) AS located_by, min(c.fix_taken_at) AS fix_taken_at, (array_agg(c.location))[1] AS location, array_agg(q.key ORDER BY q.sort) AS keys
    FROM candidates c JOIN qualifications q ON q.id = c.qualification_id
    WHERE c.volunteer_id = v.id AND c.location IS NOT NULL
) held ON held.located_by IS NOT NULL
JOIN regions r ON r.code = v.home_region AND r.path <@ $1::ltree
LEFT JOIN LATERAL (
    SELECT c.state, c.state <> 'offered' AS has_place FROM callouts c
    WHERE c.volunteer_id = v.id AND c.state IN ('offered', 'accepted', 'enRoute', 'onScene')
) active ON true
WHERE NOT v.drill AND (active.state IS NOT NULL OR is_available(v.id, v.duty, v.time_zone, now()))
ORDER BY v.id
LIMIT 20000
