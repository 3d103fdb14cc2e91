-- Stores a batch of fixes, newer ones only, of people who consent to be located and are not off duty (or are on their way to an incident);
-- moves their candidate rows; returns the fixes of those who hold a call-out: who accepted is shown on the consoles; how far he is now, and what tells
-- whether a silent one is still counted on, and one on his way still in time, is for the plan alone. Rows are locked in the order of volunteer id.
-- $1 volunteers (ordered), $2 longitudes, $3 latitudes, $4 accuracies in metres, $5 times taken
WITH reported AS (
    SELECT r.volunteer_id, r.longitude, r.latitude, r.accuracy, r.taken_at,
           ST_SetSRID(ST_MakePoint(r.longitude, r.latitude), 4326)::geography AS location
    FROM unnest($1::uuid[], $2::float8[], $3::float8[], $4::real[], $5::timestamptz[]) AS r (volunteer_id, longitude, latitude, accuracy, taken_at)
    JOIN volunteers v ON v.id = r.volunteer_id
    WHERE EXISTS (SELECT FROM consents c WHERE c.volunteer_id = r.volunteer_id AND c.kind = 'location' AND c.withdrawn_at IS NULL)
      AND (v.duty <> 'off' OR EXISTS (SELECT FROM callouts c WHERE c.volunteer_id = v.id AND c.state IN ('offered', 'accepted', 'enRoute', 'onScene')))
    ORDER BY r.volunteer_id
), stored AS (
    INSERT INTO positions AS p (volunteer_id, location, accuracy_metres, taken_at, received_at)
    SELECT volunteer_id, location, accuracy, taken_at, clock_timestamp() FROM reported
    ON CONFLICT (volunteer_id) DO UPDATE SET location = excluded.location, accuracy_metres = excluded.accuracy_metres,
        taken_at = excluded.taken_at, received_at = excluded.received_at
    WHERE p.taken_at < excluded.taken_at
    RETURNING volunteer_id
), moved AS (
    UPDATE candidates c SET location = r.location, located_by = 'fix', fix_taken_at = r.taken_at, uncertainty_metres = r.accuracy
    FROM reported r JOIN stored s USING (volunteer_id)
    WHERE c.volunteer_id = r.volunteer_id AND c.location_consent -- asked of the row as it is when we have its lock: consent withdrawn meanwhile wins
)
SELECT i.region_path::text, r.volunteer_id, c.id, c.incident_id, r.longitude, r.latitude, r.taken_at,
       c.state <> 'offered' AS shown, ST_Distance(r.location, i.location) AS metres, c.distance_metres::float8,
       c.state, c.changed_at, i.raised_at + i.arrive_within AS deadline, i.region_zone, c.late_since IS NOT NULL AS was_late,
       (SELECT m.means FROM response_records m WHERE m.volunteer_id = c.volunteer_id) AS means
FROM reported r JOIN stored s USING (volunteer_id)
JOIN callouts c ON c.volunteer_id = r.volunteer_id AND c.state IN ('offered', 'accepted', 'enRoute', 'onScene')
JOIN incidents i ON i.id = c.incident_id
