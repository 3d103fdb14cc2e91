-- One key of qualification and place: each qualification has a Mercator plane of its own, beside the one before (SearchPlane.BetweenPlanes, a
-- test compares the two). A quadtree over such points answers "the nearest holders of this qualification" with half the work of a
-- GiST over (qualification_id, mercator) (docs/decisions/0023). Written out instead of ST_Transform, which asks PROJ for every row.
-- Metres of this plane are not metres on the ground: NearestCandidates ranks by the ellipsoid, and knows how far to look for that.
ALTER TABLE candidates ADD COLUMN search_point point GENERATED ALWAYS AS (point(
    6378137.0::float8 * radians(ST_X(location::geometry)) + qualification_id * 67108864.0::float8,
    6378137.0::float8 * asinh(tan(radians(ST_Y(location::geometry)))))) STORED;
DROP INDEX candidates_by_qualification_and_place;
ALTER TABLE candidates DROP COLUMN mercator;
CREATE INDEX candidates_by_qualification_and_place ON candidates USING spgist (search_point);
