-- Nodes look for what they have not told by themselves: in what is open, and in what moved lately. An ended incident moves when a phone that was away
-- comes back and says what had reached it; by the time of its end alone nobody would look there any more, and a lost hint was a lost fact.
ALTER TABLE incidents ADD COLUMN rests_since timestamptz; -- of an ended incident: when its record last moved
UPDATE incidents SET rests_since = ended_at WHERE ended_at > now() - interval '1 hour';
CREATE INDEX incidents_by_rest ON incidents (rests_since) WHERE rests_since IS NOT NULL;
