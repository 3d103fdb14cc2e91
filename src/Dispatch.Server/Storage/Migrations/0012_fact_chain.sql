-- The record is a chain: every fact carries the SHA-256 of itself and of the hash before it, so that no line can be changed, taken out or put in
-- without everybody who verifies seeing where. How it is made up: docs/audit.md; why so: docs/decisions/0016.

ALTER TABLE facts ADD COLUMN hash bytea;

-- One text for one fact: eleven lines. The data goes in by its own hash, so that it could be destroyed one day and the chain still be verified.
CREATE FUNCTION hash_of_fact(previous bytea, f facts) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN sha256(convert_to(concat_ws(E'\n', 'dispatch fact 1', encode(previous, 'hex'), f.incident_id, f.number, f.kind,
        to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), f.by_kind, coalesce(f.by_id::text, '-'), coalesce(f.callout_id::text, '-'),
        coalesce(f.command_id::text, '-'), encode(sha256(convert_to(f.data::text, 'UTF8')), 'hex')), 'UTF8'));
END $$;

-- In the transaction that writes the fact, under the incident's lock: the predecessor is there or was written by this statement a row earlier.
CREATE FUNCTION chain_fact() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous bytea := '\x0000000000000000000000000000000000000000000000000000000000000000';
BEGIN
    IF NEW.number <> 1 THEN
        SELECT hash INTO previous FROM facts WHERE incident_id = NEW.incident_id AND number = NEW.number - 1;
        IF previous IS NULL THEN
            RAISE EXCEPTION 'fact % of incident % has no predecessor', NEW.number, NEW.incident_id
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'facts_follow_each_other', TABLE = 'facts';
        END IF;
    END IF;
    NEW.hash := hash_of_fact(previous, NEW);
    RETURN NEW;
END $$;

-- What was recorded before there was a chain is chained now, as it stands.
DO $$
DECLARE
    f facts;
    previous bytea;
BEGIN
    FOR f IN SELECT * FROM facts ORDER BY incident_id, number LOOP
        previous := hash_of_fact(CASE f.number WHEN 1 THEN '\x0000000000000000000000000000000000000000000000000000000000000000' ELSE previous END, f);
        UPDATE facts SET hash = previous WHERE incident_id = f.incident_id AND number = f.number;
    END LOOP;
END $$;
ALTER TABLE facts ALTER COLUMN hash SET NOT NULL;

CREATE TRIGGER facts_are_chained BEFORE INSERT ON facts FOR EACH ROW EXECUTE FUNCTION chain_fact();

-- Nobody changes the record, our own role and its owner included. ALWAYS: also for a session that says it only replays a replica's changes.
CREATE FUNCTION refuse_to_change_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is final: % of facts is refused', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'facts_are_final', TABLE = 'facts';
END $$;
CREATE TRIGGER facts_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_facts();
ALTER TABLE facts ENABLE ALWAYS TRIGGER facts_are_final;

-- What the last verifications found: 'recent' of what is open or ended lately, 'all' of everything. One row each, for the page of the person on duty.
CREATE TABLE record_checks (
    scope          text PRIMARY KEY CONSTRAINT record_checks_scope CHECK (scope IN ('recent', 'all')),
    checked_at     timestamptz NOT NULL,
    incidents      bigint NOT NULL,
    facts          bigint NOT NULL,
    flaws          integer NOT NULL,
    first_incident uuid,
    first_number   bigint,
    first_what     text,
    CONSTRAINT record_checks_name_the_first CHECK ((flaws > 0) = (first_incident IS NOT NULL))
);
