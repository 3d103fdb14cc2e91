-- People who said yes, whose phone has not been told in time that they are called up or not needed any more. Index inbox_letters. What is older than
-- ten minutes is not news any more. Who was told by a channel is not told again.
-- $1 how long the phone has, where the incident does not say, $2 most rows
SELECT c.id, c.volunteer_id, l.letter
FROM inbox i
CROSS JOIN LATERAL (SELECT CASE i.kind WHEN 'calledUp' THEN 'calledUp' ELSE 'standDown' END AS letter) l
JOIN inbox_heads h ON h.volunteer_id = i.volunteer_id AND h.delivered < i.number
JOIN callouts c ON c.id = i.callout_id AND NOT c.drill
JOIN incidents n ON n.id = c.incident_id
WHERE i.kind IN ('calledUp', 'released', 'recalled') AND i.at > now() - interval '10 minutes' AND i.at <= now() - coalesce(n.fallback_after, $1)
  AND c.answered_at IS NOT NULL
  AND CASE l.letter WHEN 'calledUp' THEN c.state = 'accepted' ELSE c.state IN ('released', 'recalled') END
  AND NOT EXISTS (SELECT FROM channel_messages m WHERE m.callout_id = c.id AND m.letter = l.letter)
LIMIT $2
