-- One page of the roster of a region and all below it, with what the gates would say of each today (local date of his zone).
-- $1 region path, $2 LIKE pattern on name or number or null, $3 page size, $4 offset
-- Relies on regions_by_path and volunteers_by_home to find the people, then on primary keys for the page's details.
WITH found AS (
    SELECT v.id, v.external_id, count(*) OVER () AS total
    FROM volunteers v JOIN regions r ON r.code = v.home_region
    WHERE NOT v.drill AND r.path <@ $1::ltree AND ($2::text IS NULL OR v.name LIKE $2 OR v.external_id ILIKE $2)
    ORDER BY v.external_id
    LIMIT $3 OFFSET $4
)
SELECT f.total, v.id, v.external_id, v.name, r.code, r.name, v.fitness, v.assessment, v.duty, is_available(v.id, v.duty, v.time_zone, now()),
       (SELECT max(i.valid_until) FROM insurances i WHERE i.volunteer_id = v.id),
       (SELECT coalesce(json_agg(json_build_object(
                    'key', q.key, 'name', q.name, 'validUntil', c.valid_until,
                    'expired', coalesce(c.valid_until < (now() AT TIME ZONE v.time_zone)::date, false)) ORDER BY q.sort, c.number), '[]')
        FROM certificates c JOIN qualifications q ON q.id = c.qualification_id WHERE c.volunteer_id = v.id)::text,
       (SELECT coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) ORDER BY t.external_id), '[]')
        FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.volunteer_id = v.id)::text,
       EXISTS (SELECT FROM accounts a WHERE a.volunteer_id = v.id),
       EXISTS (SELECT FROM callouts c WHERE c.volunteer_id = v.id AND c.state IN ('offered', 'accepted', 'enRoute', 'onScene')),
       is_present(v.id),
       (SELECT n.sealed FROM phone_numbers n WHERE n.volunteer_id = v.id)
FROM found f JOIN volunteers v ON v.id = f.id JOIN regions r ON r.code = v.home_region
ORDER BY f.external_id
