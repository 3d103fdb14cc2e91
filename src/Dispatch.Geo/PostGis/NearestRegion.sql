-- The region nearest to a place that none covers, by metres on the ellipsoid. regions_by_boundary finds the nearest in degrees; whatever could
-- be nearer on the ground is not farther in degrees than that, stretched by how much a degree of longitude shrinks ($2, at least 1).
-- $1 place, geometry in SRID 4326
SELECT near.code, near.name, ST_Distance(near.boundary::geography, $1::geography) AS metres
FROM regions AS near
WHERE ST_DWithin(near.boundary, $1, $2 * (SELECT ST_Distance(boundary, $1) FROM regions WHERE boundary IS NOT NULL ORDER BY boundary <-> $1 LIMIT 1))
ORDER BY metres, near.level DESC, near.code
LIMIT 1
