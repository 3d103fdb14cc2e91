-- What the volunteer was last told his yes would be: a place, or standby. When that turns while his offer is open, his phone hears it at once.
ALTER TABLE callouts ADD COLUMN told_standby boolean NOT NULL DEFAULT false;

-- Which incidents have somebody who is late: nearly always none.
CREATE INDEX callouts_late ON callouts (incident_id) WHERE late_since IS NOT NULL;
