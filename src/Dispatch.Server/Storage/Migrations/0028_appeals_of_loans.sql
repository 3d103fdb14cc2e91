-- A home that wants its people back is not left alone with a refusal or with silence: the question goes to the common superior, by its time
-- (docs/mutual-aid.md). Whose turn it is: without appeal_to the incident's command's, with it that region's. Without a time it is nobody's any more:
-- the superior was silent too.
ALTER TABLE releases
    ADD COLUMN appeal_to     text REFERENCES regions (code),
    ADD COLUMN appeal_due_at timestamptz,
    DROP CONSTRAINT releases_decided_as,
    ADD CONSTRAINT releases_decided_as CHECK (decided_as IN ('lender', 'command', 'superior'));
