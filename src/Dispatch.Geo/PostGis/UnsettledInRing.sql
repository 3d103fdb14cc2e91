-- Holders at home in a ring whom the map cannot show where they are: those whose fix has grown stale since their row was written, standing at
-- their registered address if they consent to that (candidates_with_fix_by_time; few, because a clock settles them), and at most $11 whom
-- nobody can locate (candidates_unlocated), to be named in the explanation. $10 ends the ring's range of paths.
SELECT stale.volunteer_id, stale.certified, stale.insured, stale.date_of_birth, stale.fitness, stale.assessment, stale.location_consent,
       stale.address_consent, stale.duty, stale.hours, stale.time_zone,
       CASE WHEN stale.address_longitude IS NOT NULL THEN 'address' END, stale.address_longitude, stale.address_latitude,
       stale.address_uncertainty_metres, stale.fix_taken_at, 'NaN'::float8 AS away
FROM candidates stale
WHERE stale.located_by = 'fix' AND stale.fix_taken_at < $6
  AND stale.qualification_id = $1 AND stale.region_path <@ $4 AND (stale.region_path <@ $5) IS NOT TRUE
  AND {stale may come}
UNION ALL
SELECT lost.volunteer_id, lost.certified, lost.insured, lost.date_of_birth, lost.fitness, lost.assessment, lost.location_consent,
       lost.address_consent, lost.duty, lost.hours, lost.time_zone,
       NULL, NULL, NULL, NULL, lost.fix_taken_at, 'NaN'::float8
FROM (
    SELECT * FROM candidates
    WHERE location IS NULL AND qualification_id = $1 AND region_path >= $4 AND region_path < $10 AND (region_path <@ $5) IS NOT TRUE
    ORDER BY region_path, volunteer_id
    LIMIT $11
) AS lost
