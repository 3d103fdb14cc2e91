-- Holders at home in a ring whom the map cannot show where they are: those whose fix has grown stale since their row was written, standing at
-- their registered address if they consent to that (candidates_with_fix_by_time; few, because a clock settles them), and at most $11 whom
-- nobody can locate (candidates_unlocated), to be named in the explanation. $10 ends the ring's range of paths.
SELECT stale.volunteer_id, stale.certified, stale.insured, stale.date_of_birth, stale.fitness, stale.assessment, stale.location_consent,
       stale.address_consent, stale.duty, stale.hours, stale.time_zone,
       address.located_by, address.longitude, address.latitude, address.uncertainty_metres, stale.fix_taken_at, 'NaN'::float8 AS away
FROM candidates stale
JOIN volunteers v ON v.id = stale.volunteer_id
LEFT JOIN LATERAL (
    SELECT 'address' AS located_by, ST_X(v.registered_location::geometry) AS longitude, ST_Y(v.registered_location::geometry) AS latitude, v.registered_uncertainty_metres::real AS uncertainty_metres
    WHERE stale.address_consent AND v.registered_location IS NOT NULL
) AS address ON true
WHERE stale.located_by = 'fix' AND stale.fix_taken_at < $6
  AND stale.qualification_id = $1 AND stale.region_path <@ $4 AND (stale.region_path <@ $5) IS NOT TRUE
UNION ALL
SELECT lost.volunteer_id, lost.certified, lost.insured, lost.date_of_birth, lost.fitness, lost.assessment, lost.location_consent,
       lost.address_consent, lost.duty, lost.hours, lost.time_zone,
       NULL, NULL, NULL, NULL,
       (SELECT p.taken_at FROM positions p WHERE p.volunteer_id = lost.volunteer_id AND lost.location_consent), 'NaN'::float8
FROM (
    SELECT * FROM candidates
    WHERE location IS NULL AND qualification_id = $1 AND region_path >= $4 AND region_path < $10 AND (region_path <@ $5) IS NOT TRUE
    ORDER BY region_path, volunteer_id
    LIMIT $11
) AS lost
