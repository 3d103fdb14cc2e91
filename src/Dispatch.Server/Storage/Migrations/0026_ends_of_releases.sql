-- How a loan ends is decided and on record: its end is moved, or, when it has run out and people are still out, somebody says whether they go on
-- without it (docs/mutual-aid.md). The last word stands here, every word in the facts.
ALTER TABLE releases
    ADD COLUMN decision        text CONSTRAINT releases_decision CHECK (decision IN ('goOn', 'callHome')),
    ADD COLUMN decided_as      text CONSTRAINT releases_decided_as CHECK (decided_as IN ('lender', 'command')),
    ADD COLUMN decided_at      timestamptz,
    ADD COLUMN decided_by      uuid REFERENCES accounts (id),
    ADD COLUMN decision_reason text,
    ADD CONSTRAINT releases_decisions_are_whole CHECK (num_nonnulls(decision, decided_as, decided_at, decided_by, decision_reason) IN (0, 5));

-- A later end stands on what the release stands on: an agreement or unified command that is over, or ends before it, carries no further.
CREATE TRIGGER releases_extended_on_a_live_ground BEFORE UPDATE OF valid_until ON releases FOR EACH ROW
    WHEN (NEW.valid_until > OLD.valid_until) EXECUTE FUNCTION releases_stand_on_a_live_ground();
