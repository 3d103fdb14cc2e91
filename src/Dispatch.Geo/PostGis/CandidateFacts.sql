-- The facts of each candidate of a source: NearestInRing.sql, the same and UnsettledInRing.sql, or HoldersOfRing.sql stands in for the word below.
-- Everything is in the source's row but who is engaged, which is asked of callouts_one_active_per_volunteer, person by person: at most one page.
-- $1 qualification  $2 place in the qualification's plane  $3 reach in metres of that plane  $4 ring  $5 ring before it, or null  $6 oldest fresh fix  $7 instant
-- $8 how many  $9 at how many to look  $10 end of the ring's range of paths  $11 how many to name whom nobody can locate
SELECT c.volunteer_id,
       c.located_by = 'fix' AS by_fix,
       c.longitude,
       c.latitude,
       c.uncertainty_metres,
       c.fix_taken_at,
       c.certified,
       c.insured,
       c.date_of_birth,
       c.fitness,
       c.assessment,
       c.location_consent,
       c.address_consent,
       c.duty,
       c.duty = 'byHours' AND c.hours @> second_of_week($7, c.time_zone) AS within_hours,
       (SELECT a.incident_id FROM callouts a
        WHERE a.volunteer_id = c.volunteer_id AND a.state IN ('offered', 'accepted', 'enRoute', 'onScene')) AS engaged_in,
       c.away,
       r.asked, r.accepted, r.declined, r.alerted_at, r.served_until, r.means
FROM (
{source}
) AS c
-- LIMIT keeps it what it is: one look by primary key for each row of the page.
LEFT JOIN LATERAL (SELECT * FROM response_records r WHERE r.volunteer_id = c.volunteer_id LIMIT 1) AS r ON true
