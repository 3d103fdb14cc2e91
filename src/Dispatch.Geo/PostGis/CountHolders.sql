-- How many hold a qualification at home in a ring, counted no further than $4: candidates_by_qualification_and_region.
-- $1 qualification  $2 ring  $3 end of the ring's range of paths  $4 enough
SELECT count(*) FROM (
    SELECT FROM candidates WHERE qualification_id = $1 AND region_path >= $2 AND region_path < $3 LIMIT $4
) AS held
