-- Beside a unit a number is a number, also of a key that the catalogue does not know: REST writes "67" where the stream
-- says 67. Series that hold such texts are written anew, and what then is one reading is merged.
CREATE TABLE respelled (
  series_id INTEGER NOT NULL,
  measured_at_ms INTEGER NOT NULL,
  value NOT NULL,
  sent_after_ms INTEGER NOT NULL,
  source INTEGER NOT NULL
);
INSERT INTO respelled
SELECT
  series_id,
  measured_at_ms,
  CASE
    WHEN typeof(value) != 'text' OR length(value) > 15 OR value NOT GLOB '*[0-9]*' THEN value
    WHEN rtrim(ltrim(substr(value, 1 + (substr(value, 1, 1) IN ('+', '-'))), '0123456789'), '0123456789') NOT IN ('', '.')
      THEN value
    WHEN CAST(value AS REAL) = CAST(CAST(value AS REAL) AS INTEGER) THEN CAST(CAST(value AS REAL) AS INTEGER)
    ELSE CAST(value AS REAL)
  END,
  sent_after_ms,
  source
FROM points WHERE series_id IN (
  SELECT id FROM series WHERE unit != '' AND EXISTS (
    SELECT 1 FROM points WHERE series_id = id AND typeof(value) = 'text' AND value GLOB '*[0-9]*'
  )
);
DELETE FROM points WHERE series_id IN (SELECT series_id FROM respelled);
DELETE FROM hours WHERE series_id IN (SELECT series_id FROM respelled);
INSERT INTO points
SELECT series_id, measured_at_ms, value, min(sent_after_ms), min(source) FROM respelled GROUP BY 1, 2, 3;
UPDATE totals SET readings = (SELECT coalesce(sum(count), 0) FROM hours);
INSERT INTO dirty (fold, subject, from_ms, to_ms)
SELECT '', subject, min(measured_at_ms), max(measured_at_ms) FROM respelled JOIN series ON series.id = series_id
GROUP BY subject;
DROP TABLE respelled;
