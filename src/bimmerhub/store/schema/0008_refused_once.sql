-- What is refused again, the same for the same reason, is there once: a file imported twice refuses its lines twice.
-- NULL for what neighbours or a person set apart, and for what came before this schema.
ALTER TABLE quarantine ADD COLUMN fingerprint INTEGER;
CREATE UNIQUE INDEX quarantine_by_fingerprint ON quarantine (fingerprint);
