-- Since when somebody who said yes is expected after the incident's deadline: the plan does not count on him, his place stays his.
ALTER TABLE callouts ADD COLUMN late_since timestamptz
    CONSTRAINT callouts_late_while_underway CHECK (late_since IS NULL OR state IN ('accepted', 'enRoute'));
