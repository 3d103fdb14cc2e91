-- Other open incidents that want people now and could ask one of those this one would ask: just raised and not asked for yet, with a need nobody was
-- left to be asked for, or with somebody who will be late and nobody left to be asked in his stead. Who holds what they want, within their radius, and has
-- not been asked there: more is not asked here than keeps the others from being planned. Indexes incidents_to_look_at (an incident that wants people has
-- a time to be looked at) and callouts_by_incident. Those who have nobody come first.
-- $1 incident, $2 its place, $3 its radius in metres, $4 a drill, $5 most, $6 volunteers its own plan would ask
SELECT other.id
FROM incidents other
CROSS JOIN LATERAL (
    SELECT NOT EXISTS (SELECT FROM callouts c WHERE c.incident_id = other.id AND c.state IN ('offered', 'accepted', 'enRoute', 'onScene')) AS has_nobody
) AS has
WHERE other.look_at IS NOT NULL AND other.id <> $1 AND other.state = 'open' AND other.calling AND other.drill = $4
  AND ST_DWithin(other.location, $2, other.radius_metres + $3)
  AND EXISTS (
      SELECT FROM needs n
      JOIN candidates p ON p.qualification_id = CASE WHEN other.drill THEN -n.qualification_id ELSE n.qualification_id END AND p.volunteer_id = ANY ($6)
      WHERE n.incident_id = other.id AND (n.no_stand_ins OR (n.filled < n.count AND (n.exhausted OR other.last_wave = 0)))
        AND (other.lent OR ST_DWithin(p.location, other.location, other.radius_metres + 1)) -- who is lent may count from his registered address
        AND coalesce((SELECT c.state FROM callouts c WHERE c.incident_id = other.id AND c.volunteer_id = p.volunteer_id
                      ORDER BY c.offered_at DESC, c.id DESC LIMIT 1), 'recalled') = 'recalled')
  AND NOT EXISTS (SELECT FROM quarantine q WHERE q.kind = 'incident' AND q.subject = other.id) -- what cannot be read must not stop this one
ORDER BY has.has_nobody DESC, other.life_critical DESC, other.raised_at, other.id
LIMIT $5
