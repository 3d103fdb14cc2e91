-- Drills 演练: the same code over people of their own. A drill twin is a copy of a volunteer that only drills can call; nothing that calls real people
-- can find one, and the other way round, and the database refuses a call-out that would join the two.

ALTER TABLE volunteers
    ADD COLUMN drill boolean NOT NULL DEFAULT false,
    ADD COLUMN twin_of uuid CONSTRAINT volunteers_one_drill_twin UNIQUE REFERENCES volunteers (id) ON DELETE CASCADE,
    ADD CONSTRAINT volunteers_drill_is_a_twin CHECK (drill = (twin_of IS NOT NULL)),
    ADD CONSTRAINT volunteers_drill_is_said UNIQUE (id, drill);
ALTER TABLE incidents
    ADD COLUMN drill boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT incidents_drill_is_said UNIQUE (id, drill);

-- Both ends of a call-out are a drill, or neither: whatever code writes it.
ALTER TABLE callouts
    ADD COLUMN drill boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT callouts_drill_as_the_incident FOREIGN KEY (incident_id, drill) REFERENCES incidents (id, drill),
    ADD CONSTRAINT callouts_drill_as_the_volunteer FOREIGN KEY (volunteer_id, drill) REFERENCES volunteers (id, drill);

-- A twin has no telephone: not even a copy of its owner's number.
CREATE FUNCTION drill_twins_have_no_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM volunteers v WHERE v.id = NEW.volunteer_id AND v.drill) THEN
        RAISE EXCEPTION 'A drill twin has no telephone number' USING ERRCODE = 'check_violation', CONSTRAINT = 'phone_numbers_of_real_people_only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER phone_numbers_of_real_people_only BEFORE INSERT OR UPDATE ON phone_numbers FOR EACH ROW EXECUTE FUNCTION drill_twins_have_no_number();

-- In the candidates' index a twin stands under the negative of its qualification, which no search for real people asks for.
ALTER TABLE candidates DROP CONSTRAINT candidates_qualification_id_fkey;
CREATE OR REPLACE FUNCTION refresh_candidates(volunteers_changed uuid[], fresh_after timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM volunteers WHERE id = ANY (volunteers_changed) ORDER BY id FOR NO KEY UPDATE;

    WITH RECURSIVE held AS (
        SELECT c.volunteer_id, c.qualification_id, c.valid_from, c.valid_until
        FROM certificates c WHERE c.volunteer_id = ANY (volunteers_changed)
        UNION
        SELECT h.volunteer_id, q.parent_id, h.valid_from, h.valid_until
        FROM held h JOIN qualifications q ON q.id = h.qualification_id WHERE q.parent_id IS NOT NULL
    ), certified AS (
        SELECT h.volunteer_id, (CASE WHEN v.drill THEN -h.qualification_id ELSE h.qualification_id END)::smallint AS qualification_id,
               range_agg(daterange(h.valid_from, h.valid_until, '[]')) AS days
        FROM held h JOIN volunteers v ON v.id = h.volunteer_id GROUP BY h.volunteer_id, v.drill, h.qualification_id
    ), placed AS (
        SELECT v.id, v.duty, v.fitness, v.assessment, v.date_of_birth, v.time_zone, r.path,
               consent.location AS location_consent, consent.address AS address_consent,
               coalesce((SELECT range_agg(daterange(i.valid_from, i.valid_until, '[]')) FROM insurances i WHERE i.volunteer_id = v.id),
                        '{}') AS insured,
               coalesce((SELECT range_agg(int4range(
                            ((h.weekday + 6) % 7) * 86400 + extract(epoch FROM h.from_time)::integer,
                            ((h.weekday + 6) % 7) * 86400 + extract(epoch FROM h.to_time)::integer))
                         FROM weekly_hours h WHERE h.volunteer_id = v.id), '{}') AS hours,
               CASE WHEN fix.ok THEN 'fix' WHEN address.ok THEN 'address' END AS located_by,
               CASE WHEN fix.ok THEN p.location WHEN address.ok THEN v.registered_location END AS location,
               CASE WHEN fix.ok THEN p.accuracy_metres WHEN address.ok THEN v.registered_uncertainty_metres END AS uncertainty_metres,
               CASE WHEN fix.ok THEN p.taken_at END AS fix_taken_at
        FROM volunteers v
        JOIN regions r ON r.code = v.home_region
        LEFT JOIN positions p ON p.volunteer_id = v.id
        CROSS JOIN LATERAL (
            SELECT coalesce(bool_or(c.kind = 'location'), false) AS location, coalesce(bool_or(c.kind = 'registeredAddress'), false) AS address
            FROM consents c WHERE c.volunteer_id = v.id AND c.withdrawn_at IS NULL) consent
        CROSS JOIN LATERAL (SELECT coalesce(p.taken_at >= fresh_after AND consent.location, false) AS ok) fix
        CROSS JOIN LATERAL (SELECT v.registered_location IS NOT NULL AND consent.address AS ok) address
        WHERE v.id = ANY (volunteers_changed)
    ), gone AS (
        DELETE FROM candidates c WHERE c.volunteer_id = ANY (volunteers_changed)
            AND NOT EXISTS (SELECT FROM certified h WHERE h.volunteer_id = c.volunteer_id AND h.qualification_id = c.qualification_id)
    )
    INSERT INTO candidates AS was (volunteer_id, qualification_id, duty, fitness, assessment, date_of_birth, location_consent, address_consent,
        certified, insured, hours, time_zone, region_path, located_by, location, uncertainty_metres, fix_taken_at)
    SELECT h.volunteer_id, h.qualification_id, p.duty, p.fitness, p.assessment, p.date_of_birth, p.location_consent, p.address_consent,
        h.days, p.insured, p.hours, p.time_zone, p.path, p.located_by, p.location, p.uncertainty_metres, p.fix_taken_at
    FROM certified h JOIN placed p ON p.id = h.volunteer_id
    ORDER BY h.volunteer_id, h.qualification_id
    ON CONFLICT (volunteer_id, qualification_id) DO UPDATE SET duty = excluded.duty, fitness = excluded.fitness,
        assessment = excluded.assessment, date_of_birth = excluded.date_of_birth, location_consent = excluded.location_consent,
        address_consent = excluded.address_consent, certified = excluded.certified, insured = excluded.insured, hours = excluded.hours,
        time_zone = excluded.time_zone, region_path = excluded.region_path, located_by = excluded.located_by, location = excluded.location,
        uncertainty_metres = excluded.uncertainty_metres, fix_taken_at = excluded.fix_taken_at
    WHERE (was.duty, was.fitness, was.assessment, was.date_of_birth, was.location_consent, was.address_consent, was.certified, was.insured,
           was.hours, was.time_zone, was.region_path, was.located_by, was.location, was.uncertainty_metres, was.fix_taken_at)
        IS DISTINCT FROM
          (excluded.duty, excluded.fitness, excluded.assessment, excluded.date_of_birth, excluded.location_consent, excluded.address_consent,
           excluded.certified, excluded.insured, excluded.hours, excluded.time_zone, excluded.region_path, excluded.located_by,
           excluded.location, excluded.uncertainty_metres, excluded.fix_taken_at);  -- an unchanged row is not rewritten, nor its indexes
END $$;

-- What is learned of people is learned from real incidents alone.
CREATE OR REPLACE FUNCTION learn_responses() RETURNS void LANGUAGE sql AS $$
    WITH touched AS (
        SELECT DISTINCT c.volunteer_id FROM incidents i JOIN callouts c ON c.incident_id = i.id
        WHERE (i.state = 'open' OR i.ended_at > now() - interval '10 minutes') AND NOT i.drill
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
CREATE OR REPLACE FUNCTION learn_rates() RETURNS void LANGUAGE sql AS $$
    WITH answers AS (
        SELECT response_hours(c.offered_at, i.region_zone) AS hours, c.state = 'declined' AS no, extract(epoch FROM c.answered_at - c.offered_at)::float8 AS after
        FROM callouts c JOIN incidents i ON i.id = c.incident_id
        WHERE c.answered_at IS NOT NULL AND c.offered_at > now() - interval '90 days' AND NOT i.drill
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

-- Makes or renews the drill twin of a volunteer: his certificates, insurance, consents, hours and registered place, and no number. Returns its id.
CREATE FUNCTION make_drill_twin(volunteer uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    twin uuid;
BEGIN
    PERFORM FROM volunteers v WHERE v.id = volunteer AND NOT v.drill FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('dispatch.refresh_candidates', 'byCaller', true);
    INSERT INTO volunteers AS was (id, external_id, name, home_region, date_of_birth, fitness, assessment, duty, registered_address, registered_location,
                                   registered_uncertainty_metres, time_zone, drill, twin_of)
    SELECT gen_random_uuid(), 'drill:' || v.external_id, '演练·' || v.name, v.home_region, v.date_of_birth, v.fitness, v.assessment, 'on', v.registered_address,
           v.registered_location, v.registered_uncertainty_metres, v.time_zone, true, v.id
    FROM volunteers v WHERE v.id = volunteer
    ON CONFLICT (twin_of) DO UPDATE SET name = excluded.name, home_region = excluded.home_region, date_of_birth = excluded.date_of_birth, fitness = excluded.fitness,
        assessment = excluded.assessment, registered_address = excluded.registered_address, registered_location = excluded.registered_location,
        registered_uncertainty_metres = excluded.registered_uncertainty_metres, updated_at = now()
    RETURNING was.id INTO twin;
    DELETE FROM certificates WHERE volunteer_id = twin;
    INSERT INTO certificates (id, volunteer_id, qualification_id, number, issuer, grade, valid_from, valid_until)
    SELECT gen_random_uuid(), twin, qualification_id, number, issuer, grade, valid_from, valid_until FROM certificates WHERE volunteer_id = volunteer;
    DELETE FROM insurances WHERE volunteer_id = twin;
    INSERT INTO insurances (id, volunteer_id, policy_number, insurer, valid_from, valid_until)
    SELECT gen_random_uuid(), twin, policy_number, insurer, valid_from, valid_until FROM insurances WHERE volunteer_id = volunteer;
    DELETE FROM consents WHERE volunteer_id = twin;
    INSERT INTO consents (id, volunteer_id, kind, given_at) SELECT gen_random_uuid(), twin, kind, given_at FROM consents WHERE volunteer_id = volunteer AND withdrawn_at IS NULL;
    INSERT INTO positions (volunteer_id, location, accuracy_metres, taken_at)
    SELECT twin, location, accuracy_metres, taken_at FROM positions WHERE volunteer_id = volunteer
    ON CONFLICT (volunteer_id) DO UPDATE SET location = excluded.location, accuracy_metres = excluded.accuracy_metres, taken_at = excluded.taken_at;
    PERFORM refresh_candidates(ARRAY[twin], now() - interval '15 minutes');
    PERFORM set_config('dispatch.refresh_candidates', '', true);
    RETURN twin;
END $$;
