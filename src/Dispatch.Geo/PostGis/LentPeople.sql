-- The people of other commands who are released for an incident at this moment, and for at least as long as an offer is open: releases_by_incident.
-- Who is located by a fix that has grown stale stands at the registered address, if he consents to that.
-- $1 qualification  $6 oldest fresh fix  $7 instant  $8 how many  $12 incident  $13 released at least until
SELECT lent.volunteer_id, lent.certified, lent.insured, lent.date_of_birth, lent.fitness, lent.assessment, lent.location_consent,
       lent.address_consent, lent.duty, lent.hours, lent.time_zone,
       CASE WHEN fresh.ok THEN lent.located_by WHEN lent.address_longitude IS NOT NULL THEN 'address' END AS located_by,
       CASE WHEN fresh.ok THEN lent.longitude ELSE lent.address_longitude END AS longitude,
       CASE WHEN fresh.ok THEN lent.latitude ELSE lent.address_latitude END AS latitude,
       CASE WHEN fresh.ok THEN lent.uncertainty_metres ELSE lent.address_uncertainty_metres END AS uncertainty_metres,
       lent.fix_taken_at,
       EXISTS (SELECT FROM consents k WHERE k.volunteer_id = lent.volunteer_id AND k.kind = 'crossRegion' AND k.withdrawn_at IS NULL)::int::float8 AS away
FROM candidates lent
CROSS JOIN LATERAL (SELECT lent.located_by = 'address' OR coalesce(lent.fix_taken_at >= $6, false) AS ok) AS fresh
WHERE lent.qualification_id = $1
  AND lent.volunteer_id IN (
      SELECT p.volunteer_id FROM releases r JOIN released_people p ON p.release_id = r.id
      WHERE r.incident_id = $12 AND r.ended_at IS NULL AND p.returned_at IS NULL AND r.valid_until > $13)
ORDER BY lent.volunteer_id
LIMIT $8
