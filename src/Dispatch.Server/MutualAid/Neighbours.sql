-- Commands that may lend to another, through the lowest superior they share: first those of the own city, then of the province; among these the nearest
-- first, by metres from the place to the border. A command leads people itself: a district or county, or a city without any (Dongguan is its own
-- district); never a city over the heads of its districts. In a deployment that begins below county level, those of the same level.
-- An incident of a common superior asks those of its commands that it does not touch.
-- $1 code of the borrower, $2 place, $3 paths of the commands touched, or null
SELECT n.code, n.name, n.path::text, s.code, s.name, coalesce(ST_Distance(n.boundary::geography, $2), 1e9)::float8 AS metres
FROM regions own
JOIN regions n ON n.has_authority AND n.code <> own.code
    AND CASE WHEN own.level > 3 THEN n.level = own.level
        ELSE n.level = 3 OR n.level < 3 AND NOT EXISTS (SELECT FROM regions d WHERE d.path <@ n.path AND d.code <> n.code AND d.level <= 3 AND d.has_authority) END
    AND CASE WHEN $3::text[] IS NULL THEN NOT n.path <@ own.path AND NOT n.path @> own.path ELSE n.path <@ own.path AND NOT n.path <@ ANY ($3::ltree[]) END
CROSS JOIN LATERAL (
    SELECT s.code, s.name, nlevel(s.path) AS depth FROM regions s
    WHERE s.has_authority AND s.path @> own.path AND s.path @> n.path ORDER BY nlevel(s.path) DESC LIMIT 1
) AS s
WHERE own.code = $1
ORDER BY s.depth DESC, metres, n.code
LIMIT 20
