-- Other open incidents that want people now and whose reach overlaps with this one's: just raised and not asked for yet, with a need nobody was left
-- to be asked for, or with somebody who will be late and others are wanted in his stead. Indexes incidents_to_look_at (an incident that wants people
-- has a time to be looked at) and callouts_late. Those who have nobody come first.
-- $1 incident, $2 its place, $3 its radius in metres, $4 a drill, $5 most
SELECT other.id
FROM incidents other
CROSS JOIN LATERAL (
    SELECT NOT EXISTS (SELECT FROM callouts c WHERE c.incident_id = other.id AND c.state IN ('offered', 'accepted', 'enRoute', 'onScene')) AS has_nobody
) AS has
WHERE other.look_at IS NOT NULL AND other.id <> $1 AND other.state = 'open' AND other.calling AND other.drill = $4
  AND ST_DWithin(other.location, $2, other.radius_metres + $3)
  AND (EXISTS (SELECT FROM needs n WHERE n.incident_id = other.id AND n.filled < n.count AND (n.exhausted OR other.last_wave = 0))
       OR EXISTS (SELECT FROM callouts c WHERE c.incident_id = other.id AND c.late_since IS NOT NULL))
  AND NOT EXISTS (SELECT FROM quarantine q WHERE q.kind = 'incident' AND q.subject = other.id) -- what cannot be read must not stop this one
ORDER BY has.has_nobody DESC, other.life_critical DESC, other.raised_at, other.id
LIMIT $5
