-- Who has come to a node and who has left it. Primary key of presence.
-- $1 node, $2 volunteers who came, $3 volunteers who left
WITH gone AS (
    DELETE FROM presence p USING unnest($3::uuid[]) AS l (volunteer_id) WHERE p.node_id = $1 AND p.volunteer_id = l.volunteer_id
)
INSERT INTO presence (node_id, volunteer_id) SELECT $1, volunteer_id FROM unnest($2::uuid[]) AS c (volunteer_id) ON CONFLICT DO NOTHING
