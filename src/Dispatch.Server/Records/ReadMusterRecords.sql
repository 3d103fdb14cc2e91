-- Every muster with its facts, as ReadRecords.sql reads incidents: primary keys of musters and muster_facts, merged.
SELECT m.id, m.last_fact, f.number, f.kind, f.at, f.by_kind, f.by_id, NULL::uuid, f.command_id, f.data::text, f.hash
FROM musters m LEFT JOIN muster_facts f ON f.muster_id = m.id
WHERE NOT $1 OR m.state = 'open' OR m.ended_at > now() - interval '1 day'
ORDER BY m.id, f.number
