-- As 0017, but when somebody was alerted and when he last served is gathered in the same pass as the rest: looked up person by person, it went
-- through all offers once for each of them, and from some ten thousand people on reached no end within the limit of a statement.
CREATE OR REPLACE FUNCTION learn_responses() RETURNS void LANGUAGE sql AS $$
    WITH touched AS (
        SELECT DISTINCT c.volunteer_id FROM incidents i JOIN callouts c ON c.incident_id = i.id
        WHERE (i.state = 'open' OR i.ended_at > now() - interval '10 minutes') AND NOT i.drill
    ), offers AS (
        SELECT c.volunteer_id, response_hours(c.offered_at, i.region_zone) AS hours, c.offered_at, c.state, c.changed_at,
               c.on_behalf_by IS NULL AND c.state IN ('accepted', 'enRoute', 'onScene', 'released', 'turnedBack', 'standby') AS yes,
               c.on_behalf_by IS NULL AND c.state = 'declined' AS no,
               c.state = 'recalled' OR c.on_behalf_by IS NOT NULL AS in_part,
               extract(epoch FROM CASE WHEN c.on_behalf_by IS NULL THEN c.changed_at ELSE c.answered_at END - c.offered_at)::float8 AS lasted
        FROM touched JOIN callouts c USING (volunteer_id) JOIN incidents i ON i.id = c.incident_id
        WHERE c.offered_at > now() - interval '365 days'
    ), counted AS (
        SELECT volunteer_id, hours,
               sum(CASE WHEN state = 'offered' THEN 0
                        WHEN in_part THEN lasted ^ 2 / (lasted ^ 2 + (SELECT accept_median ^ 2 FROM response_rates r WHERE r.hours = offers.hours))
                        ELSE 1 END) AS asked,
               count(*) FILTER (WHERE yes) AS accepted, count(*) FILTER (WHERE no) AS declined
        FROM offers GROUP BY volunteer_id, hours
    ), times AS (
        SELECT volunteer_id,
               array_agg(offered_at ORDER BY offered_at) FILTER (WHERE offered_at > now() - interval '30 days') AS alerted_at,
               max(changed_at) FILTER (WHERE state IN ('released', 'turnedBack')) AS served_until
        FROM offers GROUP BY volunteer_id
    ), records AS (
        SELECT t.volunteer_id,
               array_agg(coalesce(c.asked, 0)::real ORDER BY h) AS asked,
               array_agg(coalesce(c.accepted, 0)::real ORDER BY h) AS accepted,
               array_agg(coalesce(c.declined, 0)::real ORDER BY h) AS declined
        FROM touched t CROSS JOIN generate_series(1, 3) h LEFT JOIN counted c ON c.volunteer_id = t.volunteer_id AND c.hours = h
        GROUP BY t.volunteer_id
    )
    INSERT INTO response_records AS was (volunteer_id, asked, accepted, declined, alerted_at, served_until)
    SELECT r.volunteer_id, r.asked, r.accepted, r.declined, coalesce(t.alerted_at, '{}'), t.served_until
    FROM records r LEFT JOIN times t USING (volunteer_id) ORDER BY r.volunteer_id
    ON CONFLICT (volunteer_id) DO UPDATE SET asked = excluded.asked, accepted = excluded.accepted, declined = excluded.declined,
        alerted_at = excluded.alerted_at, served_until = excluded.served_until
    WHERE (was.asked, was.accepted, was.declined, was.alerted_at, was.served_until)
        IS DISTINCT FROM (excluded.asked, excluded.accepted, excluded.declined, excluded.alerted_at, excluded.served_until)
$$;
