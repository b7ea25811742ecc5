-- Repeats the schema's number, for the one in the file's header may be damaged. Each migration sets it.
CREATE TABLE schema_number (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
);

-- Damages of the database that were found. `set_aside` is the file that holds the damaged one, `report` says as JSON what
-- was saved of it and what was lost. A person has not taken note yet while `acknowledged_at_ms` is NULL.
CREATE TABLE damages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  found_at_ms INTEGER NOT NULL,
  problem TEXT NOT NULL,
  set_aside TEXT NOT NULL,
  report TEXT NOT NULL,
  acknowledged_at_ms INTEGER
);

-- What was dropped because a person limits how long it is kept. Of the subject's `kind` (positions or readings) nothing
-- from before `floor_ms` (a whole hour) is stored any more, but for the newest of each series; `late` counts what came for
-- that time afterwards. `rolled_up` counts those of `readings` that the hourly roll-ups still count. Records of folds that
-- end before `folded_ms` are as good as they will ever be: the readings that they were made of are gone.
CREATE TABLE dropped (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  floor_ms INTEGER NOT NULL,
  folded_ms INTEGER NOT NULL,
  readings INTEGER NOT NULL,
  rolled_up INTEGER NOT NULL,
  apart INTEGER NOT NULL,
  late INTEGER NOT NULL,
  PRIMARY KEY (subject, kind)
) WITHOUT ROWID;
