-- The newest thing a person said to a muster counts. A request whose phone had given up on it may land after the answer that followed: every answer
-- carries an increasing number of the phone's own making, and one below the highest that was carried out is not carried out any more. 0: none had one.
ALTER TABLE muster_people ADD COLUMN said bigint NOT NULL DEFAULT 0 CONSTRAINT muster_people_said CHECK (said >= 0);
