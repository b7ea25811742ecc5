-- What was understood but not believed keeps its reading, so that a person can release it. `vin` is NULL for what was
-- not understood. `value` is as in points; ids are never given twice, for totals.refused counts all that ever came.
ALTER TABLE quarantine ADD COLUMN vin TEXT;
ALTER TABLE quarantine ADD COLUMN unit TEXT;
ALTER TABLE quarantine ADD COLUMN value;
ALTER TABLE quarantine ADD COLUMN measured_at_ms INTEGER;
ALTER TABLE quarantine ADD COLUMN sent_at_ms INTEGER;
ALTER TABLE quarantine ADD COLUMN source INTEGER;
