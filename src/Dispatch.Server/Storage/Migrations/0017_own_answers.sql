-- What is learned of a volunteer is what he did himself. An answer that his captain gave for him is his captain's: neither a yes nor a no of his own,
-- repudiated or not. His own silence until then counts in part, as of an offer withdrawn at that moment. That he was alerted, and served, stays true.
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
    ), records AS (
        SELECT t.volunteer_id,
               array_agg(coalesce(c.asked, 0)::real ORDER BY h) AS asked,
               array_agg(coalesce(c.accepted, 0)::real ORDER BY h) AS accepted,
               array_agg(coalesce(c.declined, 0)::real ORDER BY h) AS declined
        FROM touched t CROSS JOIN generate_series(1, 3) h LEFT JOIN counted c ON c.volunteer_id = t.volunteer_id AND c.hours = h
        GROUP BY t.volunteer_id
    )
    INSERT INTO response_records AS was (volunteer_id, asked, accepted, declined, alerted_at, served_until)
    SELECT r.volunteer_id, r.asked, r.accepted, r.declined,
           coalesce((SELECT array_agg(o.offered_at ORDER BY o.offered_at) FROM offers o
                     WHERE o.volunteer_id = r.volunteer_id AND o.offered_at > now() - interval '30 days'), '{}'),
           (SELECT max(o.changed_at) FROM offers o WHERE o.volunteer_id = r.volunteer_id AND o.state IN ('released', 'turnedBack'))
    FROM records r ORDER BY r.volunteer_id
    ON CONFLICT (volunteer_id) DO UPDATE SET asked = excluded.asked, accepted = excluded.accepted, declined = excluded.declined,
        alerted_at = excluded.alerted_at, served_until = excluded.served_until
    WHERE (was.asked, was.accepted, was.declined, was.alerted_at, was.served_until)
        IS DISTINCT FROM (excluded.asked, excluded.accepted, excluded.declined, excluded.alerted_at, excluded.served_until)
$$;
CREATE OR REPLACE FUNCTION learn_rates() RETURNS void LANGUAGE sql AS $$
    WITH answers AS (
        SELECT response_hours(c.offered_at, i.region_zone) AS hours, c.state = 'declined' AS no, extract(epoch FROM c.answered_at - c.offered_at)::float8 AS after
        FROM callouts c JOIN incidents i ON i.id = c.incident_id
        WHERE c.answered_at IS NOT NULL AND c.on_behalf_by IS NULL AND c.offered_at > now() - interval '90 days' AND NOT i.drill
    ), delays AS (
        SELECT hours, no, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY after) AS median FROM answers GROUP BY hours, no
    ), totals AS (
        SELECT h AS hours, coalesce(sum(asked[h]), 0) AS asked, coalesce(sum(accepted[h]), 0) AS accepted, coalesce(sum(declined[h]), 0) AS declined
        FROM generate_series(1, 3) h LEFT JOIN response_records ON true GROUP BY h
    )
    UPDATE response_rates r SET asked = t.asked, accepted = t.accepted, declined = t.declined,
        accept_median = coalesce((SELECT (20 * 30 + d.n * d.median) / (20 + d.n) FROM delays d WHERE d.hours = r.hours AND NOT d.no), 30),
        decline_median = coalesce((SELECT (20 * 30 + d.n * d.median) / (20 + d.n) FROM delays d WHERE d.hours = r.hours AND d.no), 30)
    FROM totals t WHERE t.hours = r.hours
$$;
