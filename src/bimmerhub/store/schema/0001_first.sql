-- Times are milliseconds since 1970 UTC unless a name says otherwise.

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  vin TEXT NOT NULL,
  descriptor TEXT NOT NULL,
  unit TEXT NOT NULL, -- '' for none: NULLs would be distinct in the constraint below
  UNIQUE (vin, descriptor, unit)
);

-- `value` has no type on purpose: any affinity would turn the text "2024.10" into a number. Numbers and text are stored as
-- they are; False, True and "no value" are the blobs 00, 01 and 02, because a key column cannot be NULL and SQLite has no bool.
-- There is no foreign key to series: only the writer hands out ids, and the check would cost a look-up for each reading.
CREATE TABLE points (
  series_id INTEGER NOT NULL,
  measured_at_ms INTEGER NOT NULL,
  value NOT NULL,
  sent_after_ms INTEGER NOT NULL,
  source INTEGER NOT NULL,
  PRIMARY KEY (series_id, measured_at_ms, value)
) WITHOUT ROWID;

-- One row for each hour of a series that has points. `hour` counts hours since 1970; `*_after_ms` is the time within it.
-- total, minimum and maximum are over the numbers; first and last are by (measured_at_ms, value).
CREATE TABLE hours (
  series_id INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  count INTEGER NOT NULL,
  numbers INTEGER NOT NULL,
  total,
  minimum,
  maximum,
  first_after_ms INTEGER NOT NULL,
  first_value NOT NULL,
  last_after_ms INTEGER NOT NULL,
  last_value NOT NULL,
  PRIMARY KEY (series_id, hour)
) WITHOUT ROWID;

-- Fires for rows that are really new only, so a repeated reading counts once. The odd remainder makes hours before 1970 right.
CREATE TRIGGER points_into_hours AFTER INSERT ON points BEGIN
  INSERT INTO hours
  SELECT
    NEW.series_id,
    (NEW.measured_at_ms - after_ms) / 3600000,
    1,
    number IS NOT NULL,
    CAST(number AS REAL),
    number,
    number,
    after_ms,
    NEW.value,
    after_ms,
    NEW.value
  FROM (
    SELECT
      (NEW.measured_at_ms % 3600000 + 3600000) % 3600000 AS after_ms,
      CASE WHEN typeof(NEW.value) IN ('integer', 'real') THEN NEW.value END AS number
  )
  WHERE true
  ON CONFLICT (series_id, hour) DO UPDATE SET
    count = count + 1,
    numbers = numbers + excluded.numbers,
    total = coalesce(total + excluded.total, total, excluded.total),
    minimum = coalesce(min(minimum, excluded.minimum), minimum, excluded.minimum),
    maximum = coalesce(max(maximum, excluded.maximum), maximum, excluded.maximum),
    first_value = CASE
      WHEN (excluded.first_after_ms, excluded.first_value) < (first_after_ms, first_value) THEN excluded.first_value
      ELSE first_value
    END,
    first_after_ms = min(first_after_ms, excluded.first_after_ms),
    last_value = CASE
      WHEN (excluded.last_after_ms, excluded.last_value) > (last_after_ms, last_value) THEN excluded.last_value
      ELSE last_value
    END,
    last_after_ms = max(last_after_ms, excluded.last_after_ms);
END;

CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  received_at_ms INTEGER NOT NULL,
  account TEXT NOT NULL,
  topic TEXT NOT NULL,
  payload BLOB NOT NULL
);

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  received_at_ms INTEGER NOT NULL,
  reason TEXT NOT NULL,
  payload BLOB NOT NULL,
  origin TEXT NOT NULL,
  descriptor TEXT
);

-- Exact counts without a scan; `refused` is of all time, quarantine itself keeps the newest only. An id of the journal is
-- never given twice, also when all entries before were forgotten, so that whoever follows it misses nothing.
CREATE TABLE totals (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  readings INTEGER NOT NULL,
  journal_entries INTEGER NOT NULL,
  journal_newest_id INTEGER NOT NULL,
  refused INTEGER NOT NULL
);
INSERT INTO totals VALUES (1, 0, 0, 0, 0);

CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  client_id TEXT NOT NULL,
  gcid TEXT,
  signed_in_at_ms INTEGER,
  sealed_tokens BLOB -- encrypted by the hub; never in a backup
) WITHOUT ROWID;

CREATE TABLE quota_calls (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  operation TEXT NOT NULL,
  caller TEXT NOT NULL
);
CREATE INDEX quota_calls_by_account ON quota_calls (account, at_ms);

CREATE TABLE containers (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  purpose TEXT NOT NULL,
  descriptors TEXT NOT NULL, -- JSON list
  created_at_ms INTEGER
) WITHOUT ROWID;

CREATE TABLE vehicles (
  vin TEXT PRIMARY KEY,
  account TEXT,
  name TEXT,
  brand TEXT,
  model TEXT,
  drivetrain TEXT,
  mapping TEXT,
  basic_data TEXT, -- JSON as BMW sent it
  first_seen_at_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  secret INTEGER NOT NULL -- 1: never in a backup
) WITHOUT ROWID;
