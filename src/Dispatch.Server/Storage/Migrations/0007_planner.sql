-- What the wave planner needs: the policy of each category, copied onto its incidents, and what has been learned of how people answer.

-- ---------------------------------------------------------------- policy, as data

-- inner_target: of one plan; null: what was calibrated for target_probability (docs/planner.md). alert_budget, rest_floor: null means none.
ALTER TABLE categories
    ADD COLUMN target_probability double precision NOT NULL DEFAULT 0.9 CONSTRAINT categories_target CHECK (target_probability BETWEEN 0.5 AND 0.995),
    ADD COLUMN inner_target double precision CONSTRAINT categories_inner_target CHECK (inner_target BETWEEN 0.3 AND 0.999),
    ADD COLUMN arrive_within interval NOT NULL DEFAULT '60 minutes' CONSTRAINT categories_arrive_within CHECK (arrive_within BETWEEN '1 minute' AND '48 hours'),
    ADD COLUMN alert_budget smallint CONSTRAINT categories_alert_budget CHECK (alert_budget > 0),
    ADD COLUMN alert_period interval NOT NULL DEFAULT '7 days' CONSTRAINT categories_alert_period CHECK (alert_period BETWEEN '1 hour' AND '30 days'),
    ADD COLUMN rest_floor interval CONSTRAINT categories_rest_floor CHECK (rest_floor > '0 seconds');

-- Where life is at stake nobody is spared by a budget; everywhere else at most so many alerts a week, and a night's sleep after a call-out.
UPDATE categories SET target_probability = 0.95 WHERE life_critical;
UPDATE categories SET alert_budget = 10, rest_floor = '8 hours' WHERE NOT life_critical;
UPDATE categories SET arrive_within = plan.within::interval
FROM (VALUES
  ('cardiacArrest', '8 minutes'), ('drowning', '10 minutes'), ('fire', '15 minutes'), ('trafficAccident', '15 minutes'),
  ('foodPoisoning', '30 minutes'), ('hazardousChemicals', '45 minutes'), ('mountainRescue', '2 hours'), ('typhoon', '2 hours'),
  ('earthquake', '2 hours'), ('landslide', '2 hours'), ('epidemic', '4 hours')) AS plan (key, within)
WHERE categories.key = plan.key;
UPDATE categories SET arrive_within = '4 hours' WHERE class = 'service';

-- The copy: editing a category, or calibrating anew, never changes a running incident.
ALTER TABLE incidents
    ADD COLUMN target_probability double precision NOT NULL DEFAULT 0.9,
    ADD COLUMN inner_target double precision NOT NULL DEFAULT 0.9,
    ADD COLUMN arrive_within interval NOT NULL DEFAULT '60 minutes',
    ADD COLUMN alert_budget smallint,
    ADD COLUMN alert_period interval NOT NULL DEFAULT '7 days',
    ADD COLUMN rest_floor interval;

-- ---------------------------------------------------------------- what is learned

-- One row per volunteer who has ever been asked, or has said how he comes. Arrays are by class of hours: night, working, leisure
-- (response_hours). Kept by learn_responses(), outside of every raise.
CREATE TABLE response_records (
    volunteer_id uuid PRIMARY KEY REFERENCES volunteers (id) ON DELETE CASCADE,
    asked        real[] NOT NULL DEFAULT '{0,0,0}',
    accepted     real[] NOT NULL DEFAULT '{0,0,0}',
    declined     real[] NOT NULL DEFAULT '{0,0,0}',
    alerted_at   timestamptz[] NOT NULL DEFAULT '{}',     -- of the last 30 days
    served_until timestamptz,                             -- end of the last call-out he went to
    means        text NOT NULL DEFAULT 'undeclared' CONSTRAINT response_records_means CHECK (means IN ('undeclared', 'foot', 'bicycle', 'car'))
);

-- Everybody together, one row per class of hours. Medians are shrunk to 30 s by 20 answers.
CREATE TABLE response_rates (
    hours          smallint PRIMARY KEY CONSTRAINT response_rates_hours CHECK (hours BETWEEN 1 AND 3),
    asked          double precision NOT NULL DEFAULT 0,
    accepted       double precision NOT NULL DEFAULT 0,
    declined       double precision NOT NULL DEFAULT 0,
    accept_median  double precision NOT NULL DEFAULT 30,
    decline_median double precision NOT NULL DEFAULT 30
);
INSERT INTO response_rates (hours) VALUES (1), (2), (3);

-- 1 night, 2 working, 3 leisure: as ResponseModel.HoursOf; a test compares the two.
CREATE FUNCTION response_hours(at timestamptz, zone text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN extract(hour FROM at AT TIME ZONE zone) >= 22 OR extract(hour FROM at AT TIME ZONE zone) < 6 THEN 1
        WHEN extract(hour FROM at AT TIME ZONE zone) BETWEEN 8 AND 17 AND extract(isodow FROM at AT TIME ZONE zone) < 6 THEN 2
        ELSE 3 END
$$;

-- Counts anew, over a year, for everybody asked in an incident that is open or ended in the last ten minutes. Idempotent. An offer that was
-- withdrawn before its end counts in part: by the share of answers that would have come by then (log-logistic of shape 2). callouts_by_incident,
-- callouts_by_volunteer.
CREATE FUNCTION learn_responses() RETURNS void LANGUAGE sql AS $$
    WITH touched AS (
        SELECT DISTINCT c.volunteer_id FROM incidents i JOIN callouts c ON c.incident_id = i.id
        WHERE i.state = 'open' OR i.ended_at > now() - interval '10 minutes'
    ), offers AS (
        SELECT c.volunteer_id, response_hours(c.offered_at, i.region_zone) AS hours, c.offered_at, c.state, c.changed_at,
               c.state IN ('accepted', 'enRoute', 'onScene', 'released', 'turnedBack', 'standby') AS yes,
               c.state = 'declined' AS no,
               extract(epoch FROM c.changed_at - c.offered_at)::float8 AS lasted
        FROM touched JOIN callouts c USING (volunteer_id) JOIN incidents i ON i.id = c.incident_id
        WHERE c.offered_at > now() - interval '365 days'
    ), counted AS (
        SELECT volunteer_id, hours,
               sum(CASE WHEN state = 'offered' THEN 0
                        WHEN state = 'recalled' THEN lasted ^ 2 / (lasted ^ 2 + (SELECT accept_median ^ 2 FROM response_rates r WHERE r.hours = offers.hours))
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

-- Everybody's rates, from the records; medians from the answers of the last 90 days.
CREATE FUNCTION learn_rates() RETURNS void LANGUAGE sql AS $$
    WITH answers AS (
        SELECT response_hours(c.offered_at, i.region_zone) AS hours, c.state = 'declined' AS no, extract(epoch FROM c.answered_at - c.offered_at)::float8 AS after
        FROM callouts c JOIN incidents i ON i.id = c.incident_id
        WHERE c.answered_at IS NOT NULL AND c.offered_at > now() - interval '90 days'
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
