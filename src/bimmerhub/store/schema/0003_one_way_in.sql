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

-- Readings of the subject measured from `from_ms` to `to_ms` (both included) came, went or changed, and the fold has not
-- seen that yet. `append` writes marks without a fold (''), in its own commit; the derivation deals them out to each
-- fold. An id is never given twice, so that a derivation clears exactly those marks that it has looked at.
CREATE TABLE dirty (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fold TEXT NOT NULL,
  subject TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL
);
CREATE INDEX dirty_by_fold ON dirty (fold, subject);

-- Which version of a fold's algorithm a subject's records are being made with, and which one is complete and served.
CREATE TABLE folds (
  fold TEXT NOT NULL,
  subject TEXT NOT NULL,
  version INTEGER NOT NULL,
  served_version INTEGER,
  PRIMARY KEY (fold, subject)
) WITHOUT ROWID;

-- The state of a fold after all readings measured before `before_ms`, as JSON.
CREATE TABLE checkpoints (
  fold TEXT NOT NULL,
  subject TEXT NOT NULL,
  version INTEGER NOT NULL,
  before_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (fold, subject, version, before_ms)
) WITHOUT ROWID;

-- What folds make. `settled_ms` is when the reading that settled it was measured; NULL while it is under way.
CREATE TABLE records (
  fold TEXT NOT NULL,
  subject TEXT NOT NULL,
  version INTEGER NOT NULL,
  start_at_ms INTEGER NOT NULL,
  end_at_ms INTEGER NOT NULL,
  settled_ms INTEGER,
  body TEXT NOT NULL,
  PRIMARY KEY (fold, subject, version, start_at_ms)
) WITHOUT ROWID;

-- What outputs must not miss, written in the commit of the records; each cause happens once.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  cause TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  at_ms INTEGER NOT NULL
);

-- What a person said about readings and records; in force in order of id, unless undone. `body` is JSON.
CREATE TABLE overlays (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  vin TEXT NOT NULL,
  kind TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  body TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at_ms INTEGER NOT NULL,
  undone_at_ms INTEGER
);
CREATE INDEX overlays_by_vin ON overlays (vin);

-- Odometer readings are judged with all others of their series. Those set apart are kept for ever, for later ones may
-- prove them right. `judged` names the series of which all that is stored was judged so: none from before this schema.
ALTER TABLE quarantine ADD COLUMN rule TEXT; -- NULL: refused by itself
ALTER TABLE quarantine ADD COLUMN series_id INTEGER;
CREATE INDEX quarantine_by_series ON quarantine (series_id) WHERE rule IS NOT NULL;
CREATE TABLE judged (series_id INTEGER PRIMARY KEY);

INSERT INTO series (subject, descriptor, unit)
SELECT DISTINCT vin, descriptor, coalesce(unit, '') FROM quarantine WHERE reason LIKE 'the odometer %' AND vin IS NOT NULL
ON CONFLICT DO NOTHING;
UPDATE quarantine SET
  rule = 'odometer',
  series_id = (
    SELECT id FROM series WHERE subject = vin AND series.descriptor = quarantine.descriptor AND unit = coalesce(quarantine.unit, '')
  )
WHERE reason LIKE 'the odometer %' AND vin IS NOT NULL;
DELETE FROM quarantine WHERE rule IS NOT NULL AND id NOT IN (
  SELECT min(id) FROM quarantine WHERE rule IS NOT NULL GROUP BY series_id, measured_at_ms, value
);
-- One that was refused first and believed when it came again counts as believed, until all are judged.
DELETE FROM quarantine WHERE rule IS NOT NULL AND EXISTS (
  SELECT 1 FROM points
  WHERE points.series_id = quarantine.series_id AND points.measured_at_ms = quarantine.measured_at_ms
    AND points.value = quarantine.value
);
