-- The deepest region that covers a place, border included; of two that share the border always the one with the lower code.
-- regions_by_boundary; planar, as RFC 7946 draws edges (docs/decisions/0007).  $1 place, geometry in SRID 4326
SELECT code, name, path::text
FROM regions
WHERE ST_Covers(boundary, $1)
ORDER BY level DESC, code
LIMIT 1
