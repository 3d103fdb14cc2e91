-- Facts of several incidents beyond a number each, with the names of the people in them. Primary key (incident_id, number).
-- LIMIT keeps it what it is: a plan made while there were few facts would go through the whole record in the order of its key, for ever.
-- $1 incidents, $2 numbers, $3 most rows
SELECT f.incident_id, f.number, f.kind, f.at, f.by_kind, f.by_id, coalesce(a.name, v.name) AS by_name, f.callout_id,
       CASE f.kind
           WHEN 'CalloutOffered' THEN jsonb_set(f.data, '{callout,volunteer,name}', coalesce(to_jsonb(asked.name), 'null'))
           WHEN 'IncidentRaised' THEN jsonb_set(f.data, '{incident,raisedBy,name}', coalesce(to_jsonb(a.name), 'null'))
           ELSE f.data
       END::text AS data,
       array_to_string(i.region_path::text || i.touched, '|'), i.trace, i.drill
FROM unnest($1::uuid[], $2::bigint[]) AS w (incident_id, beyond)
JOIN incidents i ON i.id = w.incident_id
CROSS JOIN LATERAL (SELECT * FROM facts f WHERE f.incident_id = w.incident_id AND f.number > w.beyond ORDER BY f.number LIMIT $3) AS f
LEFT JOIN accounts a ON f.by_kind = 'operator' AND a.id = f.by_id
LEFT JOIN volunteers v ON f.by_kind = 'volunteer' AND v.id = f.by_id
LEFT JOIN callouts c ON f.kind = 'CalloutOffered' AND c.id = f.callout_id
LEFT JOIN volunteers asked ON asked.id = c.volunteer_id
ORDER BY f.incident_id, f.number
LIMIT $3
