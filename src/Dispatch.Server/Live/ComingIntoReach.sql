-- Incidents with nobody left to ask, near which somebody has moved who could be asked. Index incidents_to_look_at first: mostly there are none, and
-- then nothing else is read (OFFSET 0 keeps it so, whatever the planner believes).
-- $1 those who moved
SELECT i.id
FROM (SELECT own.* FROM incidents own
      WHERE own.look_at > now() + interval '1 second' AND own.state = 'open' AND own.calling
        AND EXISTS (SELECT FROM needs n WHERE n.incident_id = own.id AND n.exhausted AND n.filled < n.count) LIMIT 100) AS i
CROSS JOIN LATERAL (
    SELECT FROM needs n
    JOIN candidates c ON c.volunteer_id = ANY ($1) AND c.qualification_id = CASE WHEN i.drill THEN -n.qualification_id ELSE n.qualification_id END
        AND c.duty <> 'off' AND ST_DWithin(c.location, i.location, i.radius_metres)
    WHERE n.incident_id = i.id AND n.exhausted AND n.filled < n.count
      AND NOT EXISTS (SELECT FROM callouts k WHERE k.volunteer_id = c.volunteer_id
                      AND (k.state IN ('offered', 'accepted', 'enRoute', 'onScene') OR (k.incident_id = i.id AND k.state <> 'recalled')))
    LIMIT 1 OFFSET 0
) AS somebody
