-- The base schema: regions, roster, incidents, call-outs, facts, inboxes, accounts.
-- Constraint names say the rule: the server maps a violation to a problem by this name.
-- All times are timestamptz judged by the database's clock. Boundaries are geometry, because RFC 7946 defines an edge as a straight
-- line in longitude and latitude (and the predicate is exact on shared borders); people and places are geography, because nearest
-- means metres on the ellipsoid.

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS ltree;

-- ---------------------------------------------------------------- regions 属地

CREATE TABLE regions (
    code           text PRIMARY KEY CONSTRAINT regions_code_is_digits CHECK (code ~ '^[0-9]{2,12}$'),
    name           text NOT NULL,
    name_en        text,
    level          smallint NOT NULL CONSTRAINT regions_level_is_1_to_5 CHECK (level BETWEEN 1 AND 5), -- 1 省 2 市 3 县 4 乡 5 村
    level_name     text NOT NULL,               -- the local word: 区, 旗, 苏木, 嘎查, 街道, 社区
    parent_code    text REFERENCES regions (code) ON DELETE RESTRICT,
    path           ltree NOT NULL CONSTRAINT regions_path_unique UNIQUE,  -- codes from the root down to this one: 44.4403.440304
    has_authority  boolean NOT NULL DEFAULT true, -- false: a statistical pseudo-level (市辖区), skipped when widening
    time_zone      text NOT NULL DEFAULT 'Asia/Shanghai',
    boundary       geometry(MultiPolygon, 4326),
    boundary_kind  text CONSTRAINT regions_boundary_kind CHECK (boundary_kind IN ('official', 'schematic')), -- schematic: 示意图
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT regions_boundary_says_its_kind CHECK ((boundary IS NULL) = (boundary_kind IS NULL)),
    CONSTRAINT regions_path_ends_in_code CHECK (subpath(path, -1)::text = code),
    CONSTRAINT regions_parent_is_in_path CHECK (parent_code IS NULL AND nlevel(path) = 1 OR subpath(path, -2, 1)::text = parent_code)
);
CREATE INDEX regions_by_path ON regions USING gist (path);
CREATE INDEX regions_by_boundary ON regions USING gist (boundary);
CREATE INDEX regions_by_parent ON regions (parent_code);

-- ---------------------------------------------------------------- taxonomy and categories, as data

CREATE TABLE qualifications (
    id          smallint PRIMARY KEY,
    key         text NOT NULL CONSTRAINT qualifications_key_unique UNIQUE,   -- 'rescue', 'rescue.water'
    parent_id   smallint REFERENCES qualifications (id),                     -- who holds the child can fill a need for the parent
    name        text NOT NULL,
    name_en     text NOT NULL,
    needs_certificate boolean NOT NULL DEFAULT true,
    sort        smallint NOT NULL
);

CREATE TABLE categories (
    key           text PRIMARY KEY,
    class         text NOT NULL CONSTRAINT categories_class CHECK (class IN ('naturalDisaster', 'accident', 'publicHealth', 'socialSecurity', 'service')),
    gbt35561      text,                                -- never guessed: null until read from the standard itself
    name          text NOT NULL,
    name_en       text NOT NULL,
    hazardous     boolean NOT NULL,                    -- insurance valid at the instant is a hard gate (志愿服务条例 17)
    life_critical boolean NOT NULL,
    first_ring    smallint NOT NULL CONSTRAINT categories_first_ring CHECK (first_ring BETWEEN 3 AND 5), -- region level of the first ring
    answer_within interval NOT NULL,                   -- due_at = offered_at + answer_within
    radius_metres integer NOT NULL CONSTRAINT categories_radius CHECK (radius_metres BETWEEN 100 AND 500000), -- nobody farther is asked
    risk_hint     text NOT NULL,                       -- offered to the operator as a first wording of the risk text
    default_needs jsonb NOT NULL DEFAULT '[]',         -- [{"qualification":"rescue.water","count":4}]
    sort          smallint NOT NULL,
    CONSTRAINT categories_life_critical_opens_the_whole_district CHECK (NOT life_critical OR first_ring = 3)
);

-- ---------------------------------------------------------------- roster

CREATE TABLE volunteers (
    id              uuid PRIMARY KEY,
    external_id     text NOT NULL CONSTRAINT volunteers_external_id_unique UNIQUE,  -- the station's own number, the key of imports
    name            text NOT NULL,
    home_region     text NOT NULL REFERENCES regions (code),
    date_of_birth   date NOT NULL,
    fitness         text NOT NULL CONSTRAINT volunteers_fitness CHECK (fitness IN ('fit', 'limited', 'unfit')),
    assessment      text NOT NULL CONSTRAINT volunteers_assessment CHECK (assessment IN ('passed', 'pending', 'failed')),
    duty            text NOT NULL DEFAULT 'byHours' CONSTRAINT volunteers_duty CHECK (duty IN ('on', 'off', 'byHours')),
    duty_changed_at timestamptz NOT NULL DEFAULT now(),
    registered_address text,
    registered_location geography(Point, 4326),
    registered_uncertainty_metres integer,
    time_zone       text NOT NULL DEFAULT 'Asia/Shanghai',  -- of the home region, copied: weekly hours are local
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT volunteers_address_has_uncertainty CHECK ((registered_location IS NULL) = (registered_uncertainty_metres IS NULL))
);
CREATE INDEX volunteers_by_home ON volunteers (home_region);

-- 0 = Sunday ... 6 = Saturday, as in Postgres' dow. A span over midnight is two rows.
CREATE TABLE weekly_hours (
    volunteer_id uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    weekday      smallint NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    from_time    time NOT NULL,
    to_time      time NOT NULL,   -- exclusive; 24:00 ends the day
    PRIMARY KEY (volunteer_id, weekday, from_time),
    CONSTRAINT weekly_hours_run_forward CHECK (from_time < to_time)
);

-- Consent is a record, not a flag: given and withdrawn, never overwritten (个人信息保护法 28-29, 23).
CREATE TABLE consents (
    id           uuid PRIMARY KEY,
    volunteer_id uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    kind         text NOT NULL CONSTRAINT consents_kind CHECK (kind IN ('location', 'registeredAddress', 'crossRegion')),
    given_at     timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT consents_withdrawn_after_given CHECK (withdrawn_at IS NULL OR withdrawn_at >= given_at)
);
CREATE UNIQUE INDEX consents_one_live_per_kind ON consents (volunteer_id, kind) WHERE withdrawn_at IS NULL;

CREATE TABLE insurances (
    id           uuid PRIMARY KEY,
    volunteer_id uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    policy_number text NOT NULL,
    insurer      text NOT NULL,
    valid_from   date NOT NULL,
    valid_until  date NOT NULL,  -- inclusive, local date of the home region
    CONSTRAINT insurances_policy_once UNIQUE (volunteer_id, policy_number),
    CONSTRAINT insurances_run_forward CHECK (valid_from <= valid_until)
);

CREATE TABLE certificates (
    id               uuid PRIMARY KEY,
    volunteer_id     uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    qualification_id smallint NOT NULL REFERENCES qualifications (id),
    number           text NOT NULL,
    issuer           text NOT NULL,
    grade            text,
    valid_from       date NOT NULL,
    valid_until      date,         -- inclusive, local date; null: no end
    CONSTRAINT certificates_number_once UNIQUE (volunteer_id, qualification_id, number),
    CONSTRAINT certificates_run_forward CHECK (valid_until IS NULL OR valid_from <= valid_until)
);

CREATE TABLE teams (
    id           uuid PRIMARY KEY,
    external_id  text NOT NULL CONSTRAINT teams_external_id_unique UNIQUE,
    name         text NOT NULL,
    kind         text NOT NULL CONSTRAINT teams_kind CHECK (kind IN ('redLecture', 'rescue', 'legal', 'publicHealth', 'other')), -- 4 + N
    kind_name    text NOT NULL,                   -- the local word; says which N when kind is other
    home_region  text NOT NULL REFERENCES regions (code),
    parent_id    uuid REFERENCES teams (id),      -- 分队
    captain_id   uuid REFERENCES volunteers (id), -- 队长
    liaison_id   uuid REFERENCES volunteers (id)  -- 联络员
);
CREATE TABLE team_members (
    team_id      uuid NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    volunteer_id uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    since        date NOT NULL,
    PRIMARY KEY (team_id, volunteer_id)
);
CREATE INDEX team_members_by_volunteer ON team_members (volunteer_id);

-- Latest position only; tracks are not kept.
CREATE TABLE positions (
    volunteer_id    uuid PRIMARY KEY REFERENCES volunteers (id) ON DELETE CASCADE,
    location        geography(Point, 4326) NOT NULL,
    accuracy_metres real NOT NULL CONSTRAINT positions_accuracy CHECK (accuracy_metres >= 0),
    taken_at        timestamptz NOT NULL,
    received_at     timestamptz NOT NULL DEFAULT now()
);

-- What the matcher searches: a row per (volunteer, qualification held or implied by a held child), with every roster fact its gates judge, so
-- that one index scan answers a match (docs/decisions/0008). Kept by triggers in the transaction that changes the roster, and by the position
-- feed when people move: nobody has to remember it. located_by says what location is: a fix while it is fresh, else the registered address if
-- the volunteer consents to that, else nothing (location null: explained as "position unknown").
CREATE TABLE candidates (
    volunteer_id     uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    qualification_id smallint NOT NULL REFERENCES qualifications (id),
    duty             text NOT NULL,
    fitness          text NOT NULL,
    assessment       text NOT NULL,
    date_of_birth    date NOT NULL,
    location_consent boolean NOT NULL,
    address_consent  boolean NOT NULL,
    certified        datemultirange NOT NULL,     -- days on which some certificate gives this qualification
    insured          datemultirange NOT NULL,     -- days on which some insurance is valid
    hours            int4multirange NOT NULL,     -- weekly hours in seconds since Monday 00:00 in time_zone
    time_zone        text NOT NULL,
    region_path      ltree NOT NULL,              -- of the home region
    located_by       text CONSTRAINT candidates_located_by CHECK (located_by IN ('fix', 'address')),
    location         geography(Point, 4326),
    uncertainty_metres real,                      -- accuracy of the fix, or the address's declared uncertainty
    fix_taken_at     timestamptz,
    -- The index's own picture of location: a conformal plane, in which a box is searched at a third of the cost of geography's 3-D boxes.
    -- Metres of this plane are not metres on the ground: NearestCandidates ranks by the ellipsoid, and knows how far to look for that.
    mercator         geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(location::geometry, 3857)) STORED,
    PRIMARY KEY (volunteer_id, qualification_id),
    CONSTRAINT candidates_location_says_its_source CHECK ((location IS NULL) = (located_by IS NULL)),
    CONSTRAINT candidates_fix_has_time_and_consent CHECK ((located_by = 'fix') IS NOT TRUE OR (fix_taken_at IS NOT NULL AND location_consent)),
    CONSTRAINT candidates_address_has_consent CHECK ((located_by = 'address') IS NOT TRUE OR address_consent)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- In this order: the nearest holders of a qualification; all holders of a small ring; those of a ring nobody can locate; fixes grown stale.
CREATE INDEX candidates_by_qualification_and_place ON candidates USING gist (qualification_id, mercator);
CREATE INDEX candidates_by_qualification_and_region ON candidates (qualification_id, region_path);
CREATE INDEX candidates_unlocated ON candidates (qualification_id, region_path, volunteer_id) WHERE location IS NULL;
CREATE INDEX candidates_with_fix_by_time ON candidates (fix_taken_at) WHERE located_by = 'fix';

-- ---------------------------------------------------------------- accounts

CREATE TABLE accounts (
    id            uuid PRIMARY KEY,
    username      text CONSTRAINT accounts_username_unique UNIQUE,   -- null for phones: they are activated by a code
    password_hash text,
    role          text NOT NULL CONSTRAINT accounts_role CHECK (role IN ('operator', 'volunteer')),
    name          text NOT NULL,
    region        text REFERENCES regions (code),                    -- the operator's command; sees this region and all below it
    volunteer_id  uuid CONSTRAINT accounts_one_per_volunteer UNIQUE REFERENCES volunteers (id) ON DELETE CASCADE,
    auth_epoch    integer NOT NULL DEFAULT 1,                        -- raised to end every session of this account
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_operator_has_a_region CHECK (role <> 'operator' OR region IS NOT NULL AND username IS NOT NULL AND password_hash IS NOT NULL),
    CONSTRAINT accounts_volunteer_has_a_volunteer CHECK ((role = 'volunteer') = (volunteer_id IS NOT NULL))
);

CREATE TABLE activation_codes (
    code_hash    bytea PRIMARY KEY,      -- SHA-256; the code itself is shown once
    volunteer_id uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    issued_by    uuid REFERENCES accounts (id),
    issued_at    timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz
);

-- ASP.NET data protection keys, so that every node reads every node's cookies and tokens.
CREATE TABLE data_protection_keys (
    name text PRIMARY KEY,
    xml  text NOT NULL
);

-- ---------------------------------------------------------------- incidents and call-outs

CREATE TABLE incidents (
    id             uuid PRIMARY KEY,                      -- named by the caller
    request_hash   bytea NOT NULL,                        -- SHA-256 of the canonical request: the same id with another body is refused
    category       text NOT NULL REFERENCES categories (key),
    grade          text CONSTRAINT incidents_grade CHECK (grade IN ('particularlyMajor', 'major', 'large', 'general')),           -- 分级
    warning        text CONSTRAINT incidents_warning CHECK (warning IN ('red', 'orange', 'yellow', 'blue')),                      -- 预警
    response_level text CONSTRAINT incidents_response_level CHECK (response_level IN ('I', 'II', 'III', 'IV')),                   -- 应急响应
    risk           text NOT NULL CONSTRAINT incidents_risk_is_stated CHECK (btrim(risk) <> ''),                                    -- 志愿服务条例 12
    address        text NOT NULL,
    location       geography(Point, 4326) NOT NULL,
    region         text NOT NULL REFERENCES regions (code),   -- deepest region that covers the place
    region_path    ltree NOT NULL,
    region_zone    text NOT NULL,
    region_names   text[] NOT NULL,                           -- from the province down to the region, as they were called when it was raised
    district       text NOT NULL REFERENCES regions (code),   -- the command that leads; no ring crosses it
    -- the plan, copied from the category when raised: editing a category never changes a running incident
    hazardous      boolean NOT NULL,
    life_critical  boolean NOT NULL,
    first_ring     smallint NOT NULL,
    answer_within  interval NOT NULL,
    radius_metres  integer NOT NULL,
    state          text NOT NULL DEFAULT 'open' CONSTRAINT incidents_state CHECK (state IN ('open', 'closed', 'cancelled')),
    calling        boolean NOT NULL DEFAULT true,         -- false after a recall: nobody new is asked until the operator asks again
    last_fact      bigint NOT NULL DEFAULT 0,             -- numbers are given under this row's lock: gapless, in commit order
    last_wave      integer NOT NULL DEFAULT 0,
    look_at        timestamptz,                           -- when the sweep should look at this incident; null: nothing to do
    raised_by      uuid NOT NULL REFERENCES accounts (id),
    raised_at      timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,
    CONSTRAINT incidents_ended_when_not_open CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE INDEX incidents_open_by_path ON incidents USING gist (region_path) WHERE state = 'open';
CREATE INDEX incidents_to_look_at ON incidents (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX incidents_by_raised_at ON incidents (raised_at DESC);

CREATE TABLE needs (
    incident_id      uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    ordinal          smallint NOT NULL,
    qualification_id smallint NOT NULL REFERENCES qualifications (id),
    count            smallint NOT NULL CONSTRAINT needs_count CHECK (count BETWEEN 1 AND 500),
    filled           smallint NOT NULL DEFAULT 0,         -- accepted, en route or on scene
    ring             smallint NOT NULL DEFAULT 0,         -- rings opened so far for this need; 0: none yet
    exhausted        boolean NOT NULL DEFAULT false,      -- every permitted ring is open and nobody is left to ask
    PRIMARY KEY (incident_id, ordinal),
    CONSTRAINT needs_qualification_once UNIQUE (incident_id, qualification_id),
    CONSTRAINT needs_never_overfilled CHECK (filled BETWEEN 0 AND count)
);

-- One matching run: its stored inputs and its explanation. The pure matcher over inputs gives explanation again, byte for byte.
CREATE TABLE waves (
    incident_id uuid NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    number      integer NOT NULL,
    at          timestamptz NOT NULL,
    inputs      bytea NOT NULL,
    explanation bytea NOT NULL,
    PRIMARY KEY (incident_id, number)
);

CREATE TABLE callouts (
    id              uuid PRIMARY KEY,
    incident_id     uuid NOT NULL,
    need_ordinal    smallint NOT NULL,
    wave            integer NOT NULL,
    volunteer_id    uuid NOT NULL REFERENCES volunteers (id),
    state           text NOT NULL DEFAULT 'offered' CONSTRAINT callouts_state CHECK (state IN
                      ('offered', 'accepted', 'enRoute', 'onScene', 'released', 'turnedBack', 'standby', 'declined', 'expired', 'recalled')),
    ring            smallint NOT NULL,
    rank            integer NOT NULL,                     -- 1 = nearest of those asked in its ring and wave
    distance_metres real NOT NULL,
    located_by      text NOT NULL,
    reason          text,                                 -- of the decline, turn back or recall
    offered_at      timestamptz NOT NULL,
    due_at          timestamptz NOT NULL,
    sent_at         timestamptz,
    delivered_at    timestamptz,
    seen_at         timestamptz,
    answered_at     timestamptz,
    changed_at      timestamptz NOT NULL,                 -- of the last state change
    FOREIGN KEY (incident_id, need_ordinal) REFERENCES needs (incident_id, ordinal) ON DELETE CASCADE,
    CONSTRAINT callouts_seen_after_delivered CHECK (seen_at IS NULL OR delivered_at IS NOT NULL)
);
-- The law of the product: nobody is asked twice at the same time.
CREATE UNIQUE INDEX callouts_one_active_per_volunteer ON callouts (volunteer_id)
    WHERE state IN ('offered', 'accepted', 'enRoute', 'onScene');
CREATE INDEX callouts_by_incident ON callouts (incident_id, volunteer_id);
CREATE INDEX callouts_due ON callouts (due_at) WHERE state = 'offered';
CREATE INDEX callouts_by_volunteer ON callouts (volunteer_id, offered_at DESC);

-- ---------------------------------------------------------------- facts and inboxes

CREATE TABLE facts (
    incident_id uuid NOT NULL REFERENCES incidents (id),
    number      bigint NOT NULL,
    kind        text NOT NULL,
    at          timestamptz NOT NULL,
    by_kind     text NOT NULL CONSTRAINT facts_by_kind CHECK (by_kind IN ('operator', 'volunteer', 'system')),
    by_id       uuid,                       -- account of the operator, id of the volunteer
    callout_id  uuid,
    command_id  uuid,                       -- the caller's id of a repeatable order
    data        jsonb NOT NULL,             -- ids and numbers, never names: those are joined when read
    PRIMARY KEY (incident_id, number)
);
CREATE UNIQUE INDEX facts_command_once ON facts (incident_id, command_id) WHERE command_id IS NOT NULL;

CREATE TABLE inbox_heads (
    volunteer_id uuid PRIMARY KEY REFERENCES volunteers (id) ON DELETE CASCADE,
    last_number  bigint NOT NULL,
    delivered    bigint NOT NULL DEFAULT 0  -- the phone's cursor
);
CREATE TABLE inbox (
    volunteer_id uuid NOT NULL REFERENCES volunteers (id) ON DELETE CASCADE,
    number       bigint NOT NULL,
    at           timestamptz NOT NULL,
    kind         text NOT NULL,
    incident_id  uuid NOT NULL,
    callout_id   uuid NOT NULL,
    PRIMARY KEY (volunteer_id, number)
);

-- Changes when a backup is restored: clients that are ahead of the server notice and start again from a snapshot.
CREATE TABLE deployment (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    epoch    uuid NOT NULL
);
INSERT INTO deployment (epoch) VALUES (gen_random_uuid());

-- ---------------------------------------------------------------- functions

-- Seconds since Monday 00:00, as candidates.hours counts them.
CREATE FUNCTION second_of_week(at timestamptz, zone text) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT extract(epoch FROM (at AT TIME ZONE zone) - date_trunc('week', at AT TIME ZONE zone))::integer
$$;

-- Rebuilds the candidate rows of these volunteers from roster and latest position. Idempotent. fresh_after: fixes older than this do not count.
-- The volunteers are locked first, in the order of their ids: of two changes of one volunteer at once the second then sees the first, because
-- each statement here takes its own snapshot. NO KEY, or inserting a certificate would wait for it.
CREATE FUNCTION refresh_candidates(volunteers_changed uuid[], fresh_after timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM volunteers WHERE id = ANY (volunteers_changed) ORDER BY id FOR NO KEY UPDATE;

    WITH RECURSIVE held AS (
        SELECT c.volunteer_id, c.qualification_id, c.valid_from, c.valid_until
        FROM certificates c WHERE c.volunteer_id = ANY (volunteers_changed)
        UNION
        SELECT h.volunteer_id, q.parent_id, h.valid_from, h.valid_until
        FROM held h JOIN qualifications q ON q.id = h.qualification_id WHERE q.parent_id IS NOT NULL
    ), certified AS (
        SELECT volunteer_id, qualification_id, range_agg(daterange(valid_from, valid_until, '[]')) AS days
        FROM held GROUP BY volunteer_id, qualification_id
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

-- Whoever changes the roster changes the candidates, in the same transaction. A writer of many rows may say
-- SET LOCAL dispatch.refresh_candidates = 'byCaller' and call refresh_candidates() once at its end.
CREATE FUNCTION candidates_follow_the_roster() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed_ids uuid[];
BEGIN
    IF current_setting('dispatch.refresh_candidates', true) = 'byCaller' THEN
        RETURN NULL;
    ELSIF TG_TABLE_NAME = 'volunteers' THEN
        SELECT array_agg(DISTINCT id) INTO changed_ids FROM changed;
    ELSIF TG_TABLE_NAME = 'regions' THEN
        SELECT array_agg(v.id) INTO changed_ids FROM volunteers v JOIN regions r ON r.code = v.home_region
        WHERE r.code IN (SELECT code FROM changed)
          AND EXISTS (SELECT FROM candidates c WHERE c.volunteer_id = v.id AND c.region_path <> r.path);
    ELSE
        SELECT array_agg(DISTINCT volunteer_id) INTO changed_ids FROM changed;
    END IF;

    IF changed_ids IS NOT NULL THEN
        PERFORM refresh_candidates(changed_ids, now() - interval '15 minutes');  -- Gates.FixFreshFor; a test compares the two
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER candidates_follow_volunteers AFTER UPDATE ON volunteers REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION candidates_follow_the_roster();
CREATE TRIGGER candidates_follow_regions AFTER UPDATE ON regions REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION candidates_follow_the_roster();
-- A transition table names one event, so: a trigger for each table and event.
DO $$
DECLARE
    source text;
BEGIN
    FOREACH source IN ARRAY ARRAY['certificates', 'consents', 'insurances', 'weekly_hours'] LOOP
        EXECUTE format('CREATE TRIGGER candidates_follow_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS changed '
            'FOR EACH STATEMENT EXECUTE FUNCTION candidates_follow_the_roster()', source);
        EXECUTE format('CREATE TRIGGER candidates_follow_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed '
            'FOR EACH STATEMENT EXECUTE FUNCTION candidates_follow_the_roster()', source);
        EXECUTE format('CREATE TRIGGER candidates_follow_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS changed '
            'FOR EACH STATEMENT EXECUTE FUNCTION candidates_follow_the_roster()', source);
    END LOOP;
END $$;

-- Available at an instant: duty switch, or the weekly hours in the volunteer's own zone.
CREATE FUNCTION is_available(volunteer uuid, duty text, zone text, at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT duty = 'on' OR duty = 'byHours' AND EXISTS (
        SELECT FROM weekly_hours h
        WHERE h.volunteer_id = volunteer
          AND h.weekday = extract(dow FROM at AT TIME ZONE zone)
          AND (at AT TIME ZONE zone)::time >= h.from_time AND (at AT TIME ZONE zone)::time < h.to_time)
$$;
