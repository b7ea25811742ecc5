-- A series belongs to a subject: a VIN, later also `meter/NAME`, `price/NAME` and `weather/NAME`.
ALTER TABLE series RENAME COLUMN vin TO subject;

-- Answers of BMW's that are no readings, kept for ever. `body` is the text as it came.
CREATE TABLE documents (
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  natural_key TEXT NOT NULL,
  body TEXT NOT NULL,
  source INTEGER NOT NULL,
  fetched_at_ms INTEGER NOT NULL,
  PRIMARY KEY (subject, kind, natural_key)
) WITHOUT ROWID;

-- Basic data came by REST (source 2) when the car was met.
INSERT INTO documents
SELECT vin, 'basic_data', '', basic_data, 2, first_seen_at_ms FROM vehicles WHERE basic_data IS NOT NULL;
ALTER TABLE vehicles DROP COLUMN basic_data;
