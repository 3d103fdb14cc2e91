-- Musters 集结: teams or a list of people called to one place at one time; how far each has come; the record of it.

CREATE TABLE musters (
    id           uuid PRIMARY KEY,                      -- named by the caller
    request_hash bytea NOT NULL,                        -- SHA-256 of the canonical request: the same id with another body is refused
    purpose      text NOT NULL CONSTRAINT musters_purpose_is_stated CHECK (btrim(purpose) <> ''),  -- 志愿服务条例 12: what for, and what risk
    address      text NOT NULL,
    location     geography(Point, 4326) NOT NULL,       -- where they assemble
    assemble_at  timestamptz NOT NULL,
    region       text NOT NULL REFERENCES regions (code), -- the command that called; it and those above it see the muster
    region_path  ltree NOT NULL,
    time_zone    text NOT NULL,
    state        text NOT NULL DEFAULT 'open' CONSTRAINT musters_state CHECK (state IN ('open', 'stoodDown')),
    last_fact    bigint NOT NULL DEFAULT 0,             -- numbers are given under this row's lock: gapless, in commit order
    called_by    uuid NOT NULL REFERENCES accounts (id),
    called_at    timestamptz NOT NULL,
    ended_at     timestamptz,
    end_reason   text,
    settled_at   timestamptz,                           -- stood down, and everybody who was called has been told so
    CONSTRAINT musters_ended_when_not_open CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE INDEX musters_unsettled ON musters (id) WHERE settled_at IS NULL;
CREATE INDEX musters_by_called_at ON musters (called_at DESC);

CREATE TABLE muster_teams (
    muster_id uuid NOT NULL REFERENCES musters (id) ON DELETE CASCADE,
    team_id   uuid NOT NULL REFERENCES teams (id),
    ordinal   smallint NOT NULL,
    PRIMARY KEY (muster_id, team_id)
);

-- One row per person called. stage is the furthest he has come, and the roll call counts people by it: 签到 <= 接受 <= 响应 <= 送达 <= 通知
-- holds for every set of rows, because whoever counts for one is counted for all before it.
CREATE TABLE muster_people (
    muster_id     uuid NOT NULL REFERENCES musters (id) ON DELETE CASCADE,
    volunteer_id  uuid NOT NULL REFERENCES volunteers (id),
    team_id       uuid REFERENCES teams (id),           -- the called team he belongs to; null: on the list
    stage         smallint NOT NULL DEFAULT 0 CONSTRAINT muster_people_stage CHECK (stage BETWEEN 0 AND 5), -- listed, notified, delivered, responded, accepted, checked in
    reason        text,                                 -- of a no
    to_tell       text CONSTRAINT muster_people_to_tell CHECK (to_tell IN ('mustered', 'musterStoodDown')),  -- what has still to be put into his inbox
    told_number   bigint,                               -- of the call in his inbox: delivered when the phone's cursor has passed it
    notified_at   timestamptz,
    delivered_at  timestamptz,
    answered_at   timestamptz,
    checked_in_at timestamptz,
    checked_in_by text CONSTRAINT muster_people_checked_in_by CHECK (checked_in_by IN ('volunteer', 'operator')),
    checked_in_metres real,                             -- from the assembly point, when the phone said where it was
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (muster_id, volunteer_id),
    CONSTRAINT muster_people_checked_in_has_a_time CHECK ((stage = 5) = (checked_in_at IS NOT NULL)),
    CONSTRAINT muster_people_answer_has_a_time CHECK (stage NOT IN (3, 4) OR answered_at IS NOT NULL)
);
CREATE INDEX muster_people_still_to_tell ON muster_people (muster_id, volunteer_id) WHERE to_tell IS NOT NULL;
CREATE INDEX muster_people_undelivered ON muster_people (muster_id) WHERE stage = 1;
CREATE INDEX muster_people_by_volunteer ON muster_people (volunteer_id, changed_at DESC);

CREATE TABLE muster_facts (
    muster_id  uuid NOT NULL REFERENCES musters (id),
    number     bigint NOT NULL,
    kind       text NOT NULL,
    at         timestamptz NOT NULL,
    by_kind    text NOT NULL CONSTRAINT muster_facts_by_kind CHECK (by_kind IN ('operator', 'volunteer', 'system')),
    by_id      uuid,
    command_id uuid,
    data       jsonb NOT NULL,                          -- ids and numbers, never names
    PRIMARY KEY (muster_id, number)
);
CREATE UNIQUE INDEX muster_facts_command_once ON muster_facts (muster_id, command_id) WHERE command_id IS NOT NULL;

-- Written once, like the facts of incidents.
CREATE FUNCTION muster_facts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'facts of a muster are never changed' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'muster_facts_are_never_changed';
END $$;
CREATE TRIGGER muster_facts_are_never_changed BEFORE UPDATE OR DELETE ON muster_facts FOR EACH ROW EXECUTE FUNCTION muster_facts_stay();
CREATE TRIGGER muster_facts_are_never_emptied BEFORE TRUNCATE ON muster_facts FOR EACH STATEMENT EXECUTE FUNCTION muster_facts_stay();

-- A phone has one inbox and one cursor: musters come through it in their order with the call-outs.
ALTER TABLE inbox
    ALTER COLUMN incident_id DROP NOT NULL,
    ALTER COLUMN callout_id DROP NOT NULL,
    ADD COLUMN muster_id uuid REFERENCES musters (id) ON DELETE CASCADE,
    ADD CONSTRAINT inbox_item_is_of_one CHECK (num_nonnulls(callout_id, muster_id) = 1);
