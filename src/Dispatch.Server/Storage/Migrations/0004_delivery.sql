-- What durable delivery needs beyond the streams themselves: epochs, the boundary of what is kept, sign-ins that have ended, and a place for
-- rows that nothing can be done with.

-- ---------------------------------------------------------------- epochs

ALTER TABLE deployment ADD COLUMN epoch_began_at timestamptz NOT NULL DEFAULT now();

-- Called once after a restore, before the first node serves from it: numbers beyond the restored heads will be given again, to other facts.
-- Clients that knew the earlier epoch drop what they have and start from a snapshot; nodes that are running cut their clients.
CREATE FUNCTION begin_epoch() RETURNS uuid LANGUAGE sql AS $$
    UPDATE deployment SET epoch = gen_random_uuid(), epoch_began_at = clock_timestamp() RETURNING epoch
$$;

-- ---------------------------------------------------------------- retention of inboxes

-- Items up to this number have been given up (older than a week). A cursor below it cannot be replayed: it is reset, with a snapshot.
ALTER TABLE inbox_heads ADD COLUMN pruned bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT inbox_heads_pruned_within CHECK (pruned <= last_number);
CREATE INDEX inbox_by_time ON inbox USING brin (at) WITH (autosummarize = on);  -- what is old; costs an insert next to nothing

-- ---------------------------------------------------------------- sign-ins that no longer stand

-- Moves whenever a sign-in may have stopped standing. Nodes compare it before they send and re-read who is connected when it has moved:
-- one number is asked for instead of ten thousand accounts.
ALTER TABLE deployment ADD COLUMN auth_version bigint NOT NULL DEFAULT 0;

-- Signed out: the cookie or token may still exist somewhere. Kept as long as a refresh token could live.
CREATE TABLE ended_sign_ins (
    id       uuid PRIMARY KEY,
    ended_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION sign_ins_may_have_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE deployment SET auth_version = auth_version + 1;
    RETURN NULL;
END $$;
-- At the commit, so that a long import (or its dry run) does not hold this row while others sign out.
CREATE CONSTRAINT TRIGGER sign_ins_end_with_a_change_of_the_account AFTER UPDATE ON accounts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.auth_epoch, OLD.role, OLD.region) IS DISTINCT FROM (NEW.auth_epoch, NEW.role, NEW.region)) EXECUTE FUNCTION sign_ins_may_have_ended();
CREATE CONSTRAINT TRIGGER sign_ins_end_with_the_account AFTER DELETE ON accounts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION sign_ins_may_have_ended();
CREATE CONSTRAINT TRIGGER sign_ins_end_with_a_move_of_the_region AFTER UPDATE ON regions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION sign_ins_may_have_ended();
CREATE CONSTRAINT TRIGGER sign_ins_end_by_signing_out AFTER INSERT ON ended_sign_ins DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION sign_ins_may_have_ended();

-- ---------------------------------------------------------------- quarantine

-- What failed for a reason of its own (never for an outage): kept apart so that the rest flows, tried again ever more rarely, shown to people.
-- Ids and error codes only, never names or coordinates. A row that works again is taken out.
CREATE TABLE quarantine (
    kind           text NOT NULL CONSTRAINT quarantine_kind CHECK (kind IN ('incident', 'fact', 'inboxItem', 'callout', 'receipt', 'position')),
    subject        uuid NOT NULL,               -- the incident (also of receipts that cannot be written); the volunteer of an inbox item or position; the call-out
    number         bigint NOT NULL DEFAULT 0,   -- of the fact or the inbox item
    error          text NOT NULL,
    failures       integer NOT NULL DEFAULT 1,
    first_failed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_failed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retry_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, subject, number)
);
