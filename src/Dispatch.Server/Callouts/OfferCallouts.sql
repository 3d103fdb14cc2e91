-- Offers a call-out to each of the chosen. Index callouts_one_active_per_volunteer: who is held by another call-out is left out; the insert waits
-- for a concurrent one to decide. Rows come in the order of volunteer id, so that two incidents cannot wait for each other.
-- $1 ids, $2 incident, $3 need ordinals, $4 wave, $5 volunteers, $6 rings, $7 ranks, $8 metres, $9 located by, $10 offered at, $11 due at
INSERT INTO callouts (id, incident_id, need_ordinal, wave, volunteer_id, ring, rank, distance_metres, located_by, offered_at, due_at, changed_at, drill)
SELECT id, $2, need_ordinal, $4, volunteer_id, ring, rank, metres, located_by, $10, $11, $10, (SELECT drill FROM incidents WHERE id = $2)
FROM unnest($1::uuid[], $3::smallint[], $5::uuid[], $6::smallint[], $7::int[], $8::real[], $9::text[])
    WITH ORDINALITY AS chosen (id, need_ordinal, volunteer_id, ring, rank, metres, located_by, ord)
ORDER BY ord
ON CONFLICT (volunteer_id) WHERE state IN ('offered', 'accepted', 'enRoute', 'onScene') DO NOTHING
RETURNING id
