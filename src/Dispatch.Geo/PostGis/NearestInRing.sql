-- The nearest settled holders of a qualification at home in a ring: candidates_by_qualification_and_place, nearest first, stopping as soon as
-- $8 are found. It looks at no more than $9 holders: where few of the neighbours are at home in the ring, an unlimited scan would read the
-- whole neighbourhood, and HoldersOfRing.sql is the better question. (The subquery is the limit: its rows are pulled one by one.)
-- The box keeps the scan within reach: beyond it lie the planes of other qualifications, which the scan would otherwise walk to.
SELECT near.volunteer_id, near.certified, near.insured, near.date_of_birth, near.fitness, near.assessment, near.location_consent,
       near.address_consent, near.duty, near.hours, near.time_zone,
       near.located_by, near.longitude, near.latitude, near.uncertainty_metres, near.fix_taken_at, near.away
FROM (
    SELECT candidates.*, search_point <-> $2 AS away
    FROM candidates
    WHERE search_point <@ box($2 - point($3, $3), $2 + point($3, $3))
    ORDER BY search_point <-> $2
    LIMIT $9
) AS near
WHERE near.away <= $3
  AND near.region_path <@ $4
  AND (near.region_path <@ $5) IS NOT TRUE
  AND (near.located_by = 'address' OR near.fix_taken_at >= $6)
  AND {near may come}
ORDER BY near.away
LIMIT $8
