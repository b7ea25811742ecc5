-- The places that a person has named. `time_zone` is the IANA zone of its middle.
CREATE TABLE places (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  latitude REAL NOT NULL,
  longitude REAL NOT NULL,
  radius_m REAL NOT NULL,
  time_zone TEXT NOT NULL
);

-- Electricity meters, each at a place. What one counts are readings of the subject `meter/NAME`.
CREATE TABLE meters (
  name TEXT PRIMARY KEY,
  place_id INTEGER NOT NULL
) WITHOUT ROWID;
