-- How many hold a qualification within reach, wherever they are at home, counted no further than $3: candidates_by_qualification_and_place.
-- $1 place in the qualification's plane  $2 reach in metres of that plane  $3 enough
SELECT count(*) FROM (
    SELECT FROM candidates WHERE search_point <@ box($1 - point($2, $2), $1 + point($2, $2)) LIMIT $3
) AS held
