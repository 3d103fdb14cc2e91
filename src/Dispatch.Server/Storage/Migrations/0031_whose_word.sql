-- What was decided about people still out after their loan says for which region it was said, and a common superior speaks as one, asked or not
-- (docs/decisions/0030). Words from before: of a home the home's, of anybody else the region he decides for.
ALTER TABLE releases ADD COLUMN decided_for text REFERENCES regions (code);

UPDATE releases r SET decided_for = CASE WHEN r.decided_as = 'lender' THEN r.region ELSE a.region END FROM accounts a WHERE a.id = r.decided_by;

ALTER TABLE releases
    DROP CONSTRAINT releases_decisions_are_whole,
    ADD CONSTRAINT releases_decisions_are_whole CHECK (num_nonnulls(decision, decided_as, decided_for, decided_at, decided_by, decision_reason) IN (0, 6));
