-- Open call-outs whose time has come to be looked at by the channels. Index callouts_for_channels. Rows another node is looking at are its business.
-- $1 most rows
SELECT c.id, c.volunteer_id, c.offered_at, c.due_at, c.delivered_at IS NOT NULL, i.fallback_after,
       EXISTS (SELECT FROM push_subscriptions p WHERE p.volunteer_id = c.volunteer_id), clock_timestamp(), i.drill
FROM callouts c JOIN incidents i ON i.id = c.incident_id
WHERE c.state = 'offered' AND c.channels_look_at <= now()
ORDER BY c.channels_look_at
LIMIT $1
FOR NO KEY UPDATE OF c SKIP LOCKED
