-- A judgement about many readings is settled in slices, so that what comes in meanwhile need not wait. What is left to settle
-- stands here, from the commit that notes the judgement on: after a crash the next start goes on with it.
CREATE TABLE unsettled (
  id INTEGER PRIMARY KEY,
  series_id INTEGER NOT NULL,
  from_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
);

-- A refused row can say something all the same: the value that it holds is then no reading, but stands beside the signal.
ALTER TABLE quarantine ADD COLUMN is_unclear INTEGER NOT NULL DEFAULT 0;
