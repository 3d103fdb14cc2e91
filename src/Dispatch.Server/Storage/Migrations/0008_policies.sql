-- Modes and policies as data: what a region has set for its incidents, by category and mode, and the record of who changed what.

-- A region's own mode; no row: none of its own. In force is the gravest of its own and its superiors' (docs/policies.md).
CREATE TABLE region_modes (
    region text PRIMARY KEY REFERENCES regions (code),
    mode   text NOT NULL CONSTRAINT region_modes_mode CHECK (mode IN ('peacetime', 'urgent', 'disaster', 'wartime')), -- 平时 急时 灾时 战时
    since  timestamptz NOT NULL
);

-- One line: what a region sets for a category (null: for all of them) in a mode. A column left null is inherited: from the region's line for all
-- categories, then from the lines of its superiors, upwards, and at last from the category itself.
CREATE TABLE policies (
    id                 uuid PRIMARY KEY,
    region             text NOT NULL REFERENCES regions (code),
    category           text REFERENCES categories (key),
    mode               text NOT NULL CONSTRAINT policies_mode CHECK (mode IN ('peacetime', 'urgent', 'disaster', 'wartime')),
    first_ring         smallint CONSTRAINT policies_first_ring CHECK (first_ring BETWEEN 3 AND 5),
    last_ring          smallint CONSTRAINT policies_last_ring CHECK (last_ring BETWEEN 1 AND 3),     -- 3: the district; 2, 1: city, province, under unified command
    radius_metres      integer CONSTRAINT policies_radius CHECK (radius_metres BETWEEN 100 AND 500000),
    answer_within      interval CONSTRAINT policies_answer_within CHECK (answer_within BETWEEN '15 seconds' AND '24 hours'),
    arrive_within      interval CONSTRAINT policies_arrive_within CHECK (arrive_within BETWEEN '1 minute' AND '48 hours'),
    target_probability double precision CONSTRAINT policies_target CHECK (target_probability BETWEEN 0.5 AND 0.995),
    inner_target       double precision CONSTRAINT policies_inner_target CHECK (inner_target BETWEEN 0.3 AND 0.999),
    alert_budget       smallint CONSTRAINT policies_alert_budget CHECK (alert_budget BETWEEN 0 AND 100),   -- 0: no limit
    alert_period       interval CONSTRAINT policies_alert_period CHECK (alert_period BETWEEN '1 hour' AND '30 days'),
    rest_floor         interval CONSTRAINT policies_rest_floor CHECK (rest_floor BETWEEN '0' AND '7 days'), -- 0: none
    quiet_from         time,
    quiet_to           time,                                                                                -- equal to quiet_from: none
    aid                text CONSTRAINT policies_aid CHECK (aid IN ('automatic', 'operator')),               -- who asks the neighbours
    aid_answer_within  interval CONSTRAINT policies_aid_answer_within CHECK (aid_answer_within BETWEEN '30 seconds' AND '24 hours'),
    lend_for           interval CONSTRAINT policies_lend_for CHECK (lend_for BETWEEN '30 minutes' AND '7 days'),
    approver           text CONSTRAINT policies_approver CHECK (approver IN ('desk', 'superior')),          -- who may lend this region's people
    version            integer NOT NULL,
    CONSTRAINT policies_once UNIQUE NULLS NOT DISTINCT (region, category, mode),
    CONSTRAINT policies_quiet_hours_have_two_ends CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
);

-- Orders of a region's command that belong to no incident: modes, policies, floors, agreements, unified command. Who, when, from, to, why; the
-- caller's command id is the key, so a repeat is recognised. Never changed afterwards.
CREATE TABLE region_orders (
    id      uuid PRIMARY KEY,
    region  text NOT NULL REFERENCES regions (code),
    kind    text NOT NULL,
    at      timestamptz NOT NULL,
    by_id   uuid NOT NULL REFERENCES accounts (id),
    before  jsonb,
    after   jsonb,
    reason  text NOT NULL CONSTRAINT region_orders_have_a_reason CHECK (btrim(reason) <> '')
);
CREATE INDEX region_orders_by_region ON region_orders (region, at DESC);
CREATE FUNCTION region_orders_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An order on record is never changed' USING ERRCODE = 'check_violation', CONSTRAINT = 'region_orders_are_never_changed';
END $$;
CREATE TRIGGER region_orders_are_never_changed BEFORE UPDATE OR DELETE ON region_orders FOR EACH ROW EXECUTE FUNCTION region_orders_stay();

-- The copy: what was in force when the incident was raised.
ALTER TABLE incidents
    ADD COLUMN mode              text NOT NULL DEFAULT 'peacetime' CONSTRAINT incidents_mode CHECK (mode IN ('peacetime', 'urgent', 'disaster', 'wartime')),
    ADD COLUMN last_ring         smallint NOT NULL DEFAULT 3,
    ADD COLUMN quiet_from        time,
    ADD COLUMN quiet_to          time,
    ADD COLUMN aid               text NOT NULL DEFAULT 'operator',
    ADD COLUMN aid_answer_within interval NOT NULL DEFAULT '3 minutes',
    ADD COLUMN lend_for          interval NOT NULL DEFAULT '4 hours';
