-- Every incident with its facts, in the order of their ids and numbers: primary keys of incidents and facts, merged. An incident without facts has
-- one row with nulls. The flag $1 leaves out what ended more than a day ago.
SELECT i.id, i.last_fact, f.number, f.kind, f.at, f.by_kind, f.by_id, f.callout_id, f.command_id, f.data::text, f.hash
FROM incidents i LEFT JOIN facts f ON f.incident_id = i.id
WHERE NOT $1 OR i.state = 'open' OR i.ended_at > now() - interval '1 day'
ORDER BY i.id, f.number
