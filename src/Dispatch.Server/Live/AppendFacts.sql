-- Appends facts to the record of one incident. They are numbered under the incident's lock, which the caller holds.
-- $1 incident, $2 numbers, $3 kinds, $4 times, $5 kinds of actor, $6 actors, $7 call-outs, $8 commands, $9 data as JSON
INSERT INTO facts (incident_id, number, kind, at, by_kind, by_id, callout_id, command_id, data)
SELECT $1, f.number, f.kind, f.at, f.by_kind, f.by_id, f.callout_id, f.command_id, f.data::jsonb
FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[])
    AS f (number, kind, at, by_kind, by_id, callout_id, command_id, data)
