-- Everybody in this incident who said yes and is not on scene, who stands by and could be called up, or who is silent: callouts_by_incident, then
-- response_records and positions by primary key. As far away as his phone last said, if it may, since he said yes or not long ago; else as far as
-- when he was asked.
-- $1 incident, $2 oldest fresh fix
SELECT c.id, c.need_ordinal, c.volunteer_id, c.state, c.offered_at, c.changed_at, coalesce(fix.metres, c.distance_metres::float8), fix.taken_at, r.means,
       c.late_since IS NOT NULL
FROM callouts c
LEFT JOIN response_records r ON r.volunteer_id = c.volunteer_id
LEFT JOIN LATERAL (
    SELECT ST_Distance(p.location, i.location) AS metres, p.taken_at
    FROM positions p JOIN incidents i ON i.id = c.incident_id
    WHERE p.volunteer_id = c.volunteer_id AND p.taken_at >= least($2, c.answered_at)
      AND EXISTS (SELECT FROM consents k WHERE k.volunteer_id = c.volunteer_id AND k.kind = 'location' AND k.withdrawn_at IS NULL)
) AS fix ON true
WHERE c.incident_id = $1
  AND (c.state IN ('accepted', 'enRoute', 'offered')
       OR (c.state = 'standby' AND NOT EXISTS (SELECT FROM callouts o WHERE o.volunteer_id = c.volunteer_id AND o.state IN ('offered', 'accepted', 'enRoute', 'onScene'))
           AND CASE WHEN c.ring = 10 THEN is_released(c.volunteer_id, c.incident_id) ELSE true END)) -- a lent standby only while his home lends him
ORDER BY c.need_ordinal, c.volunteer_id, c.id
