-- A call-out as its volunteer sees it. Completed by the reader with where it starts: inbox items, or the volunteer's own call-outs.
SELECT c.id, c.volunteer_id, c.state, c.distance_metres, c.located_by, c.ring, c.offered_at, c.due_at, c.answered_at, c.changed_at, c.reason,
       i.id AS incident_id, i.category, k.name AS category_name, k.name_en AS category_name_en, i.hazardous, i.risk, i.address,
       ST_X(i.location::geometry) AS longitude, ST_Y(i.location::geometry) AS latitude, i.region_names, i.state AS incident_state, i.region_zone,
       q.key, q.name, q.name_en, c.on_behalf_channel, c.on_behalf_reason, c.repudiated_at, captain.name, i.drill,
       c.state = 'offered' AND n.filled >= n.count AS yes_is_standby
FROM callouts c
JOIN incidents i ON i.id = c.incident_id
JOIN categories k ON k.key = i.category
JOIN needs n ON n.incident_id = c.incident_id AND n.ordinal = c.need_ordinal
JOIN qualifications q ON q.id = n.qualification_id
LEFT JOIN volunteers captain ON captain.id = c.on_behalf_by
