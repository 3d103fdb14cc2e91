-- Mutual aid: agreements, reserve floors, unified command, requests to neighbours, what they release; and the rule that nobody is called out
-- across the boundary of the incident's command without one of them (docs/decisions/0018).

-- Consent given in advance. In force once both parties (or a superior of both) have agreed; the lender's people are then released at once.
CREATE TABLE agreements (
    id           uuid PRIMARY KEY,
    lender       text NOT NULL REFERENCES regions (code),
    borrower     text NOT NULL REFERENCES regions (code),
    both_ways    boolean NOT NULL,
    category     text REFERENCES categories (key),       -- null: every category
    mode         text CONSTRAINT agreements_mode CHECK (mode IN ('peacetime', 'urgent', 'disaster', 'wartime')), -- null: every mode
    valid_from   timestamptz NOT NULL,
    valid_until  timestamptz NOT NULL,
    proposed_by  uuid NOT NULL REFERENCES accounts (id),
    proposed_for text REFERENCES regions (code),          -- whose word is still missing; null: in force
    ended_at     timestamptz,
    CONSTRAINT agreements_have_two_parties CHECK (lender <> borrower),
    CONSTRAINT agreements_run_forward CHECK (valid_from < valid_until)
);
CREATE INDEX agreements_by_borrower ON agreements (borrower) WHERE ended_at IS NULL;
CREATE INDEX agreements_by_lender ON agreements (lender) WHERE ended_at IS NULL;

-- What a region keeps for itself whatever is asked of it: so many holders, able to come now, within a distance or a time of a place. A hard
-- limit of every release of its people.
CREATE TABLE reserve_floors (
    id               uuid PRIMARY KEY,
    region           text NOT NULL REFERENCES regions (code),
    qualification_id smallint NOT NULL REFERENCES qualifications (id),
    count            smallint NOT NULL CONSTRAINT reserve_floors_count CHECK (count BETWEEN 1 AND 500),
    location         geography(Point, 4326),
    place            text,
    within_metres    integer CONSTRAINT reserve_floors_metres CHECK (within_metres BETWEEN 100 AND 500000),
    within_minutes   smallint CONSTRAINT reserve_floors_minutes CHECK (within_minutes BETWEEN 1 AND 1440),
    ended_at         timestamptz,
    CONSTRAINT reserve_floors_one_bound CHECK (num_nonnulls(within_metres, within_minutes) <= 1),
    CONSTRAINT reserve_floors_bound_has_a_place CHECK ((location IS NULL) = (num_nonnulls(within_metres, within_minutes) = 0))
);
CREATE INDEX reserve_floors_by_region ON reserve_floors (region) WHERE ended_at IS NULL;

-- A superior calls all people below it as one command, for a time.
CREATE TABLE unified_commands (
    id       uuid PRIMARY KEY,
    region   text NOT NULL REFERENCES regions (code),
    by_id    uuid NOT NULL REFERENCES accounts (id),
    since    timestamptz NOT NULL,
    until    timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT unified_commands_run_forward CHECK (since < until)
);
CREATE INDEX unified_commands_on ON unified_commands (region) WHERE ended_at IS NULL;

-- Who may answer for a region's desk once it has been silent: an operator of the region or below.
CREATE TABLE region_liaisons (
    region     text NOT NULL REFERENCES regions (code),
    account_id uuid NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (region, account_id)
);

-- One open question of an incident to one region. due_at is of the stage it is in.
CREATE TABLE aid_requests (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES incidents (id),
    region       text NOT NULL REFERENCES regions (code),   -- asked to lend
    through      text NOT NULL REFERENCES regions (code),   -- the common superior
    state        text NOT NULL DEFAULT 'open' CONSTRAINT aid_requests_state CHECK (state IN ('open', 'approved', 'refused', 'unanswered', 'withdrawn')),
    stage        text NOT NULL CONSTRAINT aid_requests_stage CHECK (stage IN ('desk', 'liaison', 'superior')),
    stage_within interval NOT NULL,
    due_at       timestamptz,
    asked_at     timestamptz NOT NULL,
    asked_by     uuid REFERENCES accounts (id),             -- null: by policy
    lend_for     interval NOT NULL,
    answered_at  timestamptz,
    answered_by  uuid REFERENCES accounts (id),
    answer_id    uuid,                                      -- the command that answered
    reason       text,
    CONSTRAINT aid_requests_open_is_due CHECK ((state = 'open') = (due_at IS NOT NULL)),
    CONSTRAINT aid_requests_refusal_has_a_reason CHECK (state <> 'refused' OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX aid_requests_one_open ON aid_requests (incident_id, region) WHERE state = 'open';
CREATE INDEX aid_requests_due ON aid_requests (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX aid_requests_by_region ON aid_requests (region, asked_at DESC);
CREATE INDEX aid_requests_by_incident ON aid_requests (incident_id);

-- Named people of one region for one incident, until a time, on one ground.
CREATE TABLE releases (
    id                 uuid PRIMARY KEY,
    incident_id        uuid NOT NULL REFERENCES incidents (id),
    region             text NOT NULL REFERENCES regions (code),
    ground             text NOT NULL CONSTRAINT releases_ground CHECK (ground IN ('approval', 'agreement', 'unifiedCommand', 'override')),
    request_id         uuid REFERENCES aid_requests (id),
    agreement_id       uuid REFERENCES agreements (id),
    unified_command_id uuid REFERENCES unified_commands (id),
    given_at           timestamptz NOT NULL,
    valid_until        timestamptz NOT NULL,
    by_id              uuid REFERENCES accounts (id),
    reason             text,
    ended_at           timestamptz,
    lapse_told_at      timestamptz,                         -- when the desks were told that it had run out
    CONSTRAINT releases_name_their_ground CHECK (CASE ground WHEN 'approval' THEN request_id IS NOT NULL WHEN 'agreement' THEN agreement_id IS NOT NULL
        WHEN 'unifiedCommand' THEN unified_command_id IS NOT NULL ELSE by_id IS NOT NULL AND reason IS NOT NULL END),
    CONSTRAINT releases_run_forward CHECK (given_at < valid_until)
);
CREATE INDEX releases_by_incident ON releases (incident_id);
CREATE INDEX releases_by_region ON releases (region, given_at DESC);
CREATE INDEX releases_to_lapse ON releases (valid_until) WHERE lapse_told_at IS NULL AND ended_at IS NULL;

CREATE TABLE released_people (
    release_id   uuid NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
    volunteer_id uuid NOT NULL REFERENCES volunteers (id),
    returned_at  timestamptz,                               -- back in the pool of his home region
    PRIMARY KEY (release_id, volunteer_id)
);
CREATE INDEX released_people_by_volunteer ON released_people (volunteer_id) WHERE returned_at IS NULL;

-- lent: people of another command were released for it, so the match looks for them. aid_due_at: the earliest time at which a request or a release
-- has to be looked at; look_at is never later, so the clock and its auditor find it as everything else.
-- touched: paths of the commands an incident reaches into, when they are several; it then belongs to their common superior, which is its district,
-- and the people of these commands are its own.
ALTER TABLE incidents ADD COLUMN lent boolean NOT NULL DEFAULT false, ADD COLUMN aid_due_at timestamptz,
    ADD COLUMN touched text[] CONSTRAINT incidents_touch_several CHECK (cardinality(touched) > 1);

-- ---------------------------------------------------------------- the rule, in the database

-- A release stands on something that holds at this moment. FOR SHARE: an agreement cannot be ended between this look and our commit.
CREATE FUNCTION releases_stand_on_a_live_ground() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own record;
BEGIN
    SELECT i.mode, i.category, d.path AS district INTO own FROM incidents i JOIN regions d ON d.code = i.district WHERE i.id = NEW.incident_id;
    IF NEW.ground = 'agreement' THEN
        PERFORM FROM agreements a
        WHERE a.id = NEW.agreement_id AND a.ended_at IS NULL AND a.proposed_for IS NULL
          AND clock_timestamp() >= a.valid_from AND clock_timestamp() < a.valid_until AND NEW.valid_until <= a.valid_until
          AND (a.category IS NULL OR a.category = own.category) AND (a.mode IS NULL OR a.mode = own.mode)
          AND (a.lender = NEW.region AND own.district <@ (SELECT path FROM regions WHERE code = a.borrower)
               OR a.both_ways AND a.borrower = NEW.region AND own.district <@ (SELECT path FROM regions WHERE code = a.lender))
        FOR SHARE;
    ELSIF NEW.ground = 'unifiedCommand' THEN
        PERFORM FROM unified_commands u JOIN regions s ON s.code = u.region
        WHERE u.id = NEW.unified_command_id AND u.ended_at IS NULL AND clock_timestamp() < u.until AND NEW.valid_until <= u.until
          AND own.district <@ s.path AND (SELECT path FROM regions WHERE code = NEW.region) <@ s.path
        FOR SHARE OF u;
    ELSIF NEW.ground = 'approval' THEN
        PERFORM FROM aid_requests r WHERE r.id = NEW.request_id AND r.incident_id = NEW.incident_id AND r.region = NEW.region AND r.state = 'approved';
    ELSE
        RETURN NEW; -- an override is its own record: who and why stand in the row
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Nothing in force releases people of % for this incident', NEW.region
            USING ERRCODE = 'check_violation', CONSTRAINT = 'releases_stand_on_a_live_ground', TABLE = 'releases';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER releases_stand_on_a_live_ground BEFORE INSERT ON releases FOR EACH ROW EXECUTE FUNCTION releases_stand_on_a_live_ground();

-- Whether somebody of another command is released for an incident at this moment, judged by the clock and under a lock on the release.
CREATE FUNCTION is_released(volunteer uuid, for_incident uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM releases r JOIN released_people p ON p.release_id = r.id
    WHERE p.volunteer_id = volunteer AND r.incident_id = for_incident AND r.ended_at IS NULL AND p.returned_at IS NULL AND r.valid_until > clock_timestamp()
    FOR SHARE OF r;
    RETURN FOUND;
END $$;

-- Nobody is called out outside the incident's command without a live release, and nobody is lent who has not consented to it
-- (个人信息保护法 23). One look per statement, however many are asked; who is at home in the command costs nothing more.
CREATE FUNCTION callouts_within_ring_or_released() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stray record;
BEGIN
    FOR stray IN
        SELECT n.volunteer_id, n.incident_id, v.home_region
        FROM asked n
        JOIN incidents i ON i.id = n.incident_id
        JOIN volunteers v ON v.id = n.volunteer_id
        WHERE NOT (SELECT path FROM regions WHERE code = v.home_region) <@ ANY (coalesce(i.touched::ltree[], ARRAY[(SELECT path FROM regions WHERE code = i.district)]))
    LOOP
        IF NOT is_released(stray.volunteer_id, stray.incident_id) THEN
            RAISE EXCEPTION 'Volunteer % of % is not released for incident %', stray.volunteer_id, stray.home_region, stray.incident_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'callouts_within_ring_or_released', TABLE = 'callouts';
        END IF;
        IF NOT EXISTS (SELECT FROM consents c WHERE c.volunteer_id = stray.volunteer_id AND c.kind = 'crossRegion' AND c.withdrawn_at IS NULL) THEN
            RAISE EXCEPTION 'Volunteer % has not consented to be lent', stray.volunteer_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'callouts_lent_with_consent', TABLE = 'callouts';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER callouts_within_ring_or_released AFTER INSERT ON callouts REFERENCING NEW TABLE AS asked
    FOR EACH STATEMENT EXECUTE FUNCTION callouts_within_ring_or_released();

-- A standby called up begins anew: his release has to hold then. And a call-out stays who and what it was made for.
CREATE FUNCTION callouts_called_up_are_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.volunteer_id <> OLD.volunteer_id OR NEW.incident_id <> OLD.incident_id THEN
        RAISE EXCEPTION 'A call-out keeps its volunteer and its incident'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'callouts_keep_their_volunteer', TABLE = 'callouts';
    END IF;
    IF EXISTS (SELECT FROM incidents i JOIN volunteers v ON v.id = NEW.volunteer_id WHERE i.id = NEW.incident_id
               AND NOT (SELECT path FROM regions WHERE code = v.home_region) <@ ANY (coalesce(i.touched::ltree[], ARRAY[(SELECT path FROM regions WHERE code = i.district)])))
       AND NOT is_released(NEW.volunteer_id, NEW.incident_id) THEN
        RAISE EXCEPTION 'Volunteer % is no longer released for incident %', NEW.volunteer_id, NEW.incident_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'callouts_within_ring_or_released', TABLE = 'callouts';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER callouts_called_up_are_released BEFORE UPDATE ON callouts FOR EACH ROW
    WHEN (OLD.state = 'standby' AND NEW.state = 'accepted' OR NEW.volunteer_id <> OLD.volunteer_id OR NEW.incident_id <> OLD.incident_id)
    EXECUTE FUNCTION callouts_called_up_are_released();

-- Who was lent is back in the pool of his home region when his part is over, by whatever way it ended.
CREATE FUNCTION callouts_lent_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE released_people p SET returned_at = clock_timestamp()
    FROM releases r WHERE r.id = p.release_id AND r.incident_id = NEW.incident_id AND p.volunteer_id = NEW.volunteer_id AND p.returned_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER callouts_lent_return AFTER UPDATE ON callouts FOR EACH ROW
    WHEN (NEW.ring = 10 AND NEW.state <> OLD.state AND NEW.state IN ('released', 'turnedBack', 'declined', 'expired')) EXECUTE FUNCTION callouts_lent_return();

-- 自荐: an uninvited "I am going". Never a call-out by itself: an offer that an operator accepts or declines. Named by the phone, so it repeats.
CREATE TABLE self_offers (
    id           uuid PRIMARY KEY,
    incident_id  uuid NOT NULL REFERENCES incidents (id),
    volunteer_id uuid NOT NULL REFERENCES volunteers (id),
    offered_at   timestamptz NOT NULL,
    note         text,
    state        text NOT NULL DEFAULT 'open' CONSTRAINT self_offers_state CHECK (state IN ('open', 'accepted', 'declined')),
    decided_at   timestamptz,
    decided_by   uuid REFERENCES accounts (id)
);
CREATE UNIQUE INDEX self_offers_one_open ON self_offers (incident_id, volunteer_id) WHERE state = 'open';
CREATE INDEX self_offers_by_incident ON self_offers (incident_id, offered_at);
