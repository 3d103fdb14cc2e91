-- Somebody who said yes will be late, and nobody is left to be asked in his stead: to other incidents this one wants people. While those who were
-- asked instead have not answered it wants nobody more; so that somebody is late does not say it.
ALTER TABLE needs ADD COLUMN no_stand_ins boolean NOT NULL DEFAULT false;
DROP INDEX callouts_late;
