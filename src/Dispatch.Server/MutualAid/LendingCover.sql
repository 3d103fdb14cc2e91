-- Who of a region holds any of these qualifications, is able, and could come now: not engaged, and not released to another command.
-- candidates_by_qualification_and_region, callouts_one_active_per_volunteer, released_people_by_volunteer.
-- $1 path of the region, $2 qualifications
SELECT c.volunteer_id, c.qualification_id, ST_X(c.location::geometry), ST_Y(c.location::geometry), coalesce(r.means, 'undeclared')
FROM candidates c
LEFT JOIN response_records r ON r.volunteer_id = c.volunteer_id
WHERE c.qualification_id = ANY ($2) AND c.region_path <@ $1 AND c.location IS NOT NULL
  AND (c.located_by = 'address' OR c.fix_taken_at >= now() - interval '15 minutes')
  AND (c.duty = 'on' OR c.duty = 'byHours' AND c.hours @> second_of_week(now(), c.time_zone))
  AND c.fitness <> 'unfit' AND c.assessment = 'passed' AND c.certified @> (now() AT TIME ZONE c.time_zone)::date
  AND NOT EXISTS (SELECT FROM callouts a WHERE a.volunteer_id = c.volunteer_id AND a.state IN ('offered', 'accepted', 'enRoute', 'onScene'))
  AND NOT EXISTS (SELECT FROM released_people p JOIN releases l ON l.id = p.release_id
                  WHERE p.volunteer_id = c.volunteer_id AND p.returned_at IS NULL AND l.ended_at IS NULL AND l.valid_until > now())
