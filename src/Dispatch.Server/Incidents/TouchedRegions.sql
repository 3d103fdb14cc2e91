-- What further points and an area of an incident touch: of each point the deepest region that covers it, of the area every command it
-- overlaps: districts and counties, and cities without any. regions_by_boundary. A point outside of every region has no path; an area that is not valid gives one row with its ordinal -1.
-- $1 longitudes, $2 latitudes of the points; $3 longitudes, $4 latitudes of the area's corners
WITH corners AS (
    SELECT array_agg(ST_SetSRID(ST_MakePoint(x, y), 4326) ORDER BY ord) AS points FROM unnest($3::float8[], $4::float8[]) WITH ORDINALITY AS c (x, y, ord)
), area AS (
    SELECT ST_MakePolygon(ST_MakeLine(points || points[1])) AS g FROM corners WHERE cardinality(points) >= 3
)
SELECT p.ord::int, (SELECT r.path::text FROM regions r WHERE ST_Covers(r.boundary, ST_SetSRID(ST_MakePoint(p.x, p.y), 4326)) ORDER BY r.level DESC, r.code LIMIT 1)
FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS p (x, y, ord)
UNION ALL
SELECT 0, r.path::text FROM area JOIN regions r ON ST_IsValid(area.g) AND ST_Intersects(r.boundary, area.g) AND NOT ST_Touches(r.boundary, area.g) AND r.has_authority
    AND (r.level = 3 OR r.level < 3 AND NOT EXISTS (SELECT FROM regions d WHERE d.path <@ r.path AND d.code <> r.code AND d.level <= 3 AND d.has_authority))
UNION ALL
SELECT -1, NULL FROM area WHERE NOT ST_IsValid(area.g)
