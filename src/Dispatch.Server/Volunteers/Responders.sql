-- Who may be called now in the operator's region and where, for the map. Places are rounded to about 200 m until he has accepted a call-out.
-- From the candidates' rows, which say by themselves who is on duty: asked person by person it took 1.7 s in a district of 70,000.
-- $1 region path
WITH held AS MATERIALIZED (
    SELECT c.volunteer_id, min(c.located_by) AS located_by, min(c.fix_taken_at) AS fix_taken_at, (array_agg(c.location))[1] AS location, array_agg(q.key ORDER BY q.sort) AS keys
    FROM candidates c JOIN qualifications q ON q.id = c.qualification_id
    WHERE c.region_path <@ $1::ltree AND c.location IS NOT NULL
      AND (c.duty = 'on' OR (c.duty = 'byHours' AND c.hours @> second_of_week(now(), c.time_zone))
           OR c.volunteer_id IN (SELECT a.volunteer_id FROM callouts a WHERE a.state IN ('offered', 'accepted', 'enRoute', 'onScene')))
    GROUP BY c.volunteer_id
)
SELECT v.id, v.name, v.duty, held.located_by, held.fix_taken_at, active.state,
       CASE WHEN active.has_place THEN ST_X(held.location::geometry) ELSE round((ST_X(held.location::geometry) / 0.002)::numeric) * 0.002 END::float8,
       CASE WHEN active.has_place THEN ST_Y(held.location::geometry) ELSE round((ST_Y(held.location::geometry) / 0.002)::numeric) * 0.002 END::float8,
       held.keys
FROM held
JOIN volunteers v ON v.id = held.volunteer_id AND NOT v.drill
LEFT JOIN LATERAL (
    SELECT c.state, c.state <> 'offered' AS has_place FROM callouts c
    WHERE c.volunteer_id = v.id AND c.state IN ('offered', 'accepted', 'enRoute', 'onScene')
) active ON true
ORDER BY v.id
LIMIT 20000
