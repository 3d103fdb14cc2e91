-- How far an incident reaches beyond its place, kept so that every desk that sees it sees that too: further points, and the corners of an area.
-- Longitude and latitude in turns, WGS-84, in the order they were given. Which commands they touch is decided once, when it is raised (touched).
ALTER TABLE incidents
    ADD COLUMN also_at double precision[] CONSTRAINT incidents_also_at_are_pairs CHECK (cardinality(also_at) BETWEEN 2 AND 40 AND cardinality(also_at) % 2 = 0),
    ADD COLUMN area double precision[] CONSTRAINT incidents_area_has_corners CHECK (cardinality(area) >= 6 AND cardinality(area) % 2 = 0);
