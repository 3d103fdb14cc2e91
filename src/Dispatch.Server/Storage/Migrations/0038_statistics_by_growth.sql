-- Every look of autovacuum at a table, for statistics or for dead rows, throws away the plans of all statements that name it, on every connection; the
-- next incident then pays for planning instead of asking (docs/decisions/0037). These are written by every incident: looked at after a tenth of
-- them had changed, they were looked at every five seconds. What is planned for them is access by key, which a table twice as large does not change.
ALTER TABLE callouts SET (autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_threshold = 2000);
ALTER TABLE incidents SET (autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_threshold = 2000);
ALTER TABLE needs SET (autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_threshold = 2000);
ALTER TABLE waves SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE facts SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE inbox SET (autovacuum_analyze_scale_factor = 1);
ALTER TABLE response_records SET (autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_threshold = 2000);

-- One row a volunteer, written with each of his items: few rows, many changes.
ALTER TABLE inbox_heads SET (autovacuum_analyze_threshold = 500, autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_threshold = 2000);

-- Dead rows here are in the way of the search for the nearest, hence the two hundredths of 0001_base.sql; a thousand of them are not felt.
ALTER TABLE candidates SET (autovacuum_analyze_scale_factor = 1, autovacuum_vacuum_threshold = 1000);
