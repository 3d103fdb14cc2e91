-- Who is called: the members of the teams and of their sub-teams, their captains and liaisons, and the people of the list; each once, under the first
-- team that names him. Minors are not called (突发事件应对法 39). A drill calls each person's drill twin in his place, and whoever has none is left out.
-- Writes those who may be called and returns everybody by his own id with the reason that leaves him out, or null.
-- $1 muster, $2 teams, $3 volunteers, $4 region path of the command, $5 time, $6 a drill
WITH called AS (
    SELECT one.volunteer_id, t.team_id, t.place
    FROM unnest($2::uuid[]) WITH ORDINALITY AS t (team_id, place)
    JOIN teams own ON own.id = t.team_id OR own.parent_id = t.team_id
    CROSS JOIN LATERAL (
        SELECT m.volunteer_id FROM team_members m WHERE m.team_id = own.id
        UNION SELECT own.captain_id UNION SELECT own.liaison_id) AS one
    WHERE one.volunteer_id IS NOT NULL
    UNION ALL
    SELECT id, NULL, NULL FROM unnest($3::uuid[]) AS id
), people AS (
    SELECT DISTINCT ON (volunteer_id) volunteer_id, team_id FROM called ORDER BY volunteer_id, place NULLS LAST
), judged AS (
    SELECT p.volunteer_id, p.team_id, CASE WHEN $6 THEN twin.id ELSE v.id END AS phone,
           CASE WHEN NOT r.path <@ $4::ltree THEN 'otherRegion'
                WHEN v.date_of_birth > ($5 AT TIME ZONE r.time_zone)::date - interval '18 years' THEN 'notAdult'
                WHEN $6 AND twin.id IS NULL THEN 'noDrillPhone' END AS left_out
    FROM people p JOIN volunteers v ON v.id = p.volunteer_id AND NOT v.drill JOIN regions r ON r.code = v.home_region
    LEFT JOIN volunteers twin ON twin.twin_of = v.id
), listed AS (
    INSERT INTO muster_people (muster_id, volunteer_id, team_id, to_tell, changed_at, drill)
    SELECT $1, phone, team_id, 'mustered', $5, $6 FROM judged WHERE left_out IS NULL ORDER BY phone
)
SELECT volunteer_id, left_out FROM judged ORDER BY volunteer_id
