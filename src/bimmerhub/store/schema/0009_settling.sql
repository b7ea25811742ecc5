-- A refused row can say something all the same: the value that it holds is then no reading, but stands beside the signal.
ALTER TABLE quarantine ADD COLUMN is_unclear INTEGER NOT NULL DEFAULT 0;
