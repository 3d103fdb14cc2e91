-- Everybody asked in this incident who has not answered yet: callouts_by_incident, then response_records and positions by primary key.
-- As far away as he is now, if his phone says so and may; else as far as when he was asked. failed: no channel has reached him or still could.
-- $1 incident, $2 oldest fresh fix
SELECT c.need_ordinal, c.offered_at, coalesce(now_at.metres, c.distance_metres::float8), c.delivered_at, r.asked, r.accepted, r.declined, r.means, c.volunteer_id,
       c.delivered_at IS NULL AND tried.in_vain AS failed
FROM callouts c
LEFT JOIN response_records r ON r.volunteer_id = c.volunteer_id
LEFT JOIN LATERAL (
    SELECT ST_Distance(p.location, i.location) AS metres
    FROM positions p JOIN incidents i ON i.id = c.incident_id
    WHERE p.volunteer_id = c.volunteer_id AND p.taken_at >= $2
      AND EXISTS (SELECT FROM consents k WHERE k.volunteer_id = c.volunteer_id AND k.kind = 'location' AND k.withdrawn_at IS NULL)
) AS now_at ON true
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AND bool_and(m.state IN ('failed', 'gaveUp', 'unavailable')) AS in_vain
    FROM channel_messages m WHERE m.callout_id = c.id AND m.letter = 'callOut'
) AS tried
WHERE c.incident_id = $1 AND c.state = 'offered'
ORDER BY c.need_ordinal, c.offered_at, c.volunteer_id
