-- A match reads where each candidate stands as two numbers: out of the geography that is two casts and two calls for every row of every match.
ALTER TABLE candidates
    ADD COLUMN longitude float8 GENERATED ALWAYS AS (ST_X(location::geometry)) STORED,
    ADD COLUMN latitude float8 GENERATED ALWAYS AS (ST_Y(location::geometry)) STORED;
