-- Whom the map cannot show where he is (UnsettledInRing.sql) is told from his candidate row alone: every match asks for them, hardly ever is there
-- one, and a statement that names two tables more takes a tenth of a match longer to begin. So the row knows where he stands when his fix has grown
-- stale (null: nowhere he consents to), and of one who stands nowhere, when he was last seen.
ALTER TABLE candidates
    ADD COLUMN address_longitude          float8,
    ADD COLUMN address_latitude           float8,
    ADD COLUMN address_uncertainty_metres real;
UPDATE candidates c SET address_longitude = ST_X(v.registered_location::geometry), address_latitude = ST_Y(v.registered_location::geometry),
    address_uncertainty_metres = v.registered_uncertainty_metres
FROM volunteers v WHERE v.id = c.volunteer_id AND c.address_consent AND v.registered_location IS NOT NULL;
UPDATE candidates c SET fix_taken_at = p.taken_at
FROM positions p WHERE p.volunteer_id = c.volunteer_id AND c.located_by IS NULL AND c.location_consent;

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
               CASE WHEN fix.ok OR (consent.location AND NOT address.ok) THEN p.taken_at END AS fix_taken_at,
               CASE WHEN address.ok THEN ST_X(v.registered_location::geometry) END AS address_longitude,
               CASE WHEN address.ok THEN ST_Y(v.registered_location::geometry) END AS address_latitude,
               CASE WHEN address.ok THEN v.registered_uncertainty_metres END::real AS address_uncertainty_metres
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
        certified, insured, hours, time_zone, region_path, located_by, location, uncertainty_metres, fix_taken_at,
        address_longitude, address_latitude, address_uncertainty_metres)
    SELECT h.volunteer_id, h.qualification_id, p.duty, p.fitness, p.assessment, p.date_of_birth, p.location_consent, p.address_consent,
        h.days, p.insured, p.hours, p.time_zone, p.path, p.located_by, p.location, p.uncertainty_metres, p.fix_taken_at,
        p.address_longitude, p.address_latitude, p.address_uncertainty_metres
    FROM certified h JOIN placed p ON p.id = h.volunteer_id
    ORDER BY h.volunteer_id, h.qualification_id
    ON CONFLICT (volunteer_id, qualification_id) DO UPDATE SET duty = excluded.duty, fitness = excluded.fitness,
        assessment = excluded.assessment, date_of_birth = excluded.date_of_birth, location_consent = excluded.location_consent,
        address_consent = excluded.address_consent, certified = excluded.certified, insured = excluded.insured, hours = excluded.hours,
        time_zone = excluded.time_zone, region_path = excluded.region_path, located_by = excluded.located_by, location = excluded.location,
        uncertainty_metres = excluded.uncertainty_metres, fix_taken_at = excluded.fix_taken_at, address_longitude = excluded.address_longitude,
        address_latitude = excluded.address_latitude, address_uncertainty_metres = excluded.address_uncertainty_metres
    WHERE (was.duty, was.fitness, was.assessment, was.date_of_birth, was.location_consent, was.address_consent, was.certified, was.insured,
           was.hours, was.time_zone, was.region_path, was.located_by, was.location, was.uncertainty_metres, was.fix_taken_at,
           was.address_longitude, was.address_latitude, was.address_uncertainty_metres)
        IS DISTINCT FROM
          (excluded.duty, excluded.fitness, excluded.assessment, excluded.date_of_birth, excluded.location_consent, excluded.address_consent,
           excluded.certified, excluded.insured, excluded.hours, excluded.time_zone, excluded.region_path, excluded.located_by,
           excluded.location, excluded.uncertainty_metres, excluded.fix_taken_at,
           excluded.address_longitude, excluded.address_latitude, excluded.address_uncertainty_metres);  -- an unchanged row is not rewritten, nor its indexes
END $$;
