-- The record of a muster is a chain too, as an incident's has been since 0012: the same eleven lines under a title of its own, without a call-out.

ALTER TABLE muster_facts ADD COLUMN hash bytea;

CREATE FUNCTION hash_of_muster_fact(previous bytea, f muster_facts) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN sha256(convert_to(concat_ws(E'\n', 'dispatch muster fact 1', encode(previous, 'hex'), f.muster_id, f.number, f.kind,
        to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), f.by_kind, coalesce(f.by_id::text, '-'), '-',
        coalesce(f.command_id::text, '-'), encode(sha256(convert_to(f.data::text, 'UTF8')), 'hex')), 'UTF8'));
END $$;

-- In the transaction that writes the fact, under the muster's lock: the predecessor is there or was written by this statement a row earlier.
CREATE FUNCTION chain_muster_fact() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous bytea := '\x0000000000000000000000000000000000000000000000000000000000000000';
BEGIN
    IF NEW.number <> 1 THEN
        SELECT hash INTO previous FROM muster_facts WHERE muster_id = NEW.muster_id AND number = NEW.number - 1;
        IF previous IS NULL THEN
            RAISE EXCEPTION 'fact % of muster % has no predecessor', NEW.number, NEW.muster_id
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'muster_facts_follow_each_other', TABLE = 'muster_facts';
        END IF;
    END IF;
    NEW.hash := hash_of_muster_fact(previous, NEW);
    RETURN NEW;
END $$;

-- One guard like that of facts, in place of the two of 0010.
DROP TRIGGER muster_facts_are_never_changed ON muster_facts;
DROP TRIGGER muster_facts_are_never_emptied ON muster_facts;
DROP FUNCTION muster_facts_stay();

-- What was recorded before there was a chain is chained now, as it stands.
DO $$
DECLARE
    f muster_facts;
    previous bytea;
BEGIN
    FOR f IN SELECT * FROM muster_facts ORDER BY muster_id, number LOOP
        previous := hash_of_muster_fact(CASE f.number WHEN 1 THEN '\x0000000000000000000000000000000000000000000000000000000000000000' ELSE previous END, f);
        UPDATE muster_facts SET hash = previous WHERE muster_id = f.muster_id AND number = f.number;
    END LOOP;
END $$;
ALTER TABLE muster_facts ALTER COLUMN hash SET NOT NULL;

CREATE TRIGGER muster_facts_are_chained BEFORE INSERT ON muster_facts FOR EACH ROW EXECUTE FUNCTION chain_muster_fact();

CREATE FUNCTION refuse_to_change_muster_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is final: % of facts of a muster is refused', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'muster_facts_are_final', TABLE = 'muster_facts';
END $$;
CREATE TRIGGER muster_facts_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON muster_facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_muster_facts();
ALTER TABLE muster_facts ENABLE ALWAYS TRIGGER muster_facts_are_final;

-- A verification looks at both; what it found first is of an incident or of a muster.
ALTER TABLE record_checks
    ADD COLUMN musters bigint NOT NULL DEFAULT 0,
    ADD COLUMN first_muster uuid,
    DROP CONSTRAINT record_checks_name_the_first,
    ADD CONSTRAINT record_checks_name_the_first CHECK (num_nonnulls(first_incident, first_muster) = CASE WHEN flaws > 0 THEN 1 ELSE 0 END);
