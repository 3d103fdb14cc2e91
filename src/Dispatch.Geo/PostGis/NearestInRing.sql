-- The nearest settled holders of a qualification at home in a ring: candidates_by_qualification_and_place, nearest first, stopping as soon as
-- $8 are found. It looks at no more than $9 holders: where few of the neighbours are at home in the ring, an unlimited scan would read the
-- whole neighbourhood, and HoldersOfRing.sql is the better question. (The subquery is the limit: its rows are pulled one by one.)
SELECT near.*
FROM (
    SELECT candidates.*, mercator <-> $2 AS away
    FROM candidates
    WHERE qualification_id = $1 AND ST_DWithin(mercator, $2, $3)
    ORDER BY mercator <-> $2
    LIMIT $9
) AS near
WHERE near.region_path <@ $4
  AND (near.region_path <@ $5) IS NOT TRUE
  AND (near.located_by = 'address' OR near.fix_taken_at >= $6)
ORDER BY near.away
LIMIT $8
