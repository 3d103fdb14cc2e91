-- Drills of musters 集结演练: as with incidents (0015), a muster and a person of it are both of a drill, or neither, whatever code writes the row.
ALTER TABLE musters
    ADD COLUMN drill boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT musters_drill_is_said UNIQUE (id, drill);

ALTER TABLE muster_people
    ADD COLUMN drill boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT muster_people_drill_as_the_muster FOREIGN KEY (muster_id, drill) REFERENCES musters (id, drill) ON DELETE CASCADE,
    ADD CONSTRAINT muster_people_drill_as_the_volunteer FOREIGN KEY (volunteer_id, drill) REFERENCES volunteers (id, drill),
    DROP CONSTRAINT muster_people_muster_id_fkey,      -- each of the two says what the plain one said, and more
    DROP CONSTRAINT muster_people_volunteer_id_fkey;

-- An inbox tells of a muster only to the people of that muster: no drill gets into the inbox of a real person by another way.
ALTER TABLE inbox
    ADD CONSTRAINT inbox_musters_those_called FOREIGN KEY (muster_id, volunteer_id) REFERENCES muster_people (muster_id, volunteer_id) ON DELETE CASCADE,
    DROP CONSTRAINT inbox_muster_id_fkey;
