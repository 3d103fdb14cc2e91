-- The same people as NearestInRing.sql, found from the other side: all holders at home in a small ring by
-- candidates_by_qualification_and_region, then sorted. Nothing when the ring holds more than $9, which CountHolders.sql tells the caller.
-- $10 ends the ring's range of paths. (+ 0 keeps the sort from becoming a scan of the neighbourhood.)
SELECT held.*
FROM (
    SELECT candidates.*, (search_point <-> $2) + 0 AS away
    FROM candidates
    WHERE qualification_id = $1 AND region_path >= $4 AND region_path < $10
      AND (SELECT count(*) FROM (
               SELECT FROM candidates WHERE qualification_id = $1 AND region_path >= $4 AND region_path < $10 LIMIT $9 + 1) AS counted) <= $9
) AS held
WHERE held.away <= $3
  AND (held.region_path <@ $5) IS NOT TRUE
  AND (held.located_by = 'address' OR held.fix_taken_at >= $6)
  AND {held may come}
ORDER BY held.away
LIMIT $8
