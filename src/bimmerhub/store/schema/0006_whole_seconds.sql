-- Readings are of whole seconds: what REST and archives stamped finer is cut to its second, and what is the same reading
-- then is one. `sent_after_ms` grows by what was cut, so that the time of sending stays. The odd remainder makes times
-- before 1970 right.
CREATE TABLE cut (
  series_id INTEGER NOT NULL,
  measured_at_ms INTEGER NOT NULL,
  value NOT NULL,
  sent_after_ms INTEGER NOT NULL,
  source INTEGER NOT NULL,
  last_ms INTEGER NOT NULL, -- when the latest of those that became this one was stamped
  PRIMARY KEY (series_id, measured_at_ms, value)
) WITHOUT ROWID;
INSERT INTO cut
SELECT series_id, measured_at_ms - cut_ms, value, min(sent_after_ms + cut_ms), min(source), max(measured_at_ms)
FROM (SELECT *, (measured_at_ms % 1000 + 1000) % 1000 AS cut_ms FROM points WHERE measured_at_ms % 1000 != 0)
GROUP BY 1, 2, 3;

DELETE FROM points WHERE measured_at_ms % 1000 != 0;
INSERT INTO points
SELECT series_id, measured_at_ms, value, sent_after_ms, source FROM cut WHERE true
ON CONFLICT (series_id, measured_at_ms, value) DO UPDATE SET
  sent_after_ms = min(sent_after_ms, excluded.sent_after_ms),
  source = min(source, excluded.source);

-- A second lies within one hour, so the hours of what is left of the cut readings are all that changed.
CREATE TABLE cut_hours (
  series_id INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  PRIMARY KEY (series_id, hour)
) WITHOUT ROWID;
INSERT INTO cut_hours
SELECT DISTINCT series_id, (measured_at_ms - (measured_at_ms % 3600000 + 3600000) % 3600000) / 3600000 FROM cut;
DELETE FROM hours WHERE (series_id, hour) IN (SELECT series_id, hour FROM cut_hours);
INSERT INTO hours
SELECT
  series_id,
  hour,
  count,
  numbers,
  total,
  minimum,
  maximum,
  first_ms - hour * 3600000,
  (SELECT value FROM points WHERE series_id = sums.series_id AND measured_at_ms = first_ms ORDER BY value LIMIT 1),
  last_ms - hour * 3600000,
  (SELECT value FROM points WHERE series_id = sums.series_id AND measured_at_ms = last_ms ORDER BY value DESC LIMIT 1)
FROM (
  SELECT
    series_id,
    hour,
    count(*) AS count,
    count(number) AS numbers,
    sum(CAST(number AS REAL)) AS total,
    min(number) AS minimum,
    max(number) AS maximum,
    min(measured_at_ms) AS first_ms,
    max(measured_at_ms) AS last_ms
  FROM (
    SELECT points.*, hour, CASE WHEN typeof(value) IN ('integer', 'real') THEN value END AS number
    FROM cut_hours JOIN points
      ON points.series_id = cut_hours.series_id
      AND measured_at_ms >= hour * 3600000 AND measured_at_ms < (hour + 1) * 3600000
  )
  GROUP BY series_id, hour
) AS sums;
UPDATE totals SET readings = (SELECT coalesce(sum(count), 0) FROM hours);

INSERT INTO dirty (fold, subject, from_ms, to_ms)
SELECT '', subject, min(measured_at_ms), max(last_ms) FROM cut JOIN series ON series.id = series_id GROUP BY subject;

-- What was set apart, and what a person said about it. All of a series whose readings changed is judged again.
UPDATE quarantine SET measured_at_ms = measured_at_ms - (measured_at_ms % 1000 + 1000) % 1000
WHERE measured_at_ms % 1000 != 0;
UPDATE overlays SET at_ms = at_ms - (at_ms % 1000 + 1000) % 1000
WHERE at_ms % 1000 != 0 AND kind IN ('reading_released', 'reading_rejected');
DELETE FROM judged;

CREATE TABLE merged (id INTEGER PRIMARY KEY, sent_at_ms INTEGER, source INTEGER);
INSERT INTO merged
SELECT min(id), min(max(coalesce(sent_at_ms, measured_at_ms), measured_at_ms)), min(source)
FROM quarantine WHERE rule IS NOT NULL
GROUP BY series_id, measured_at_ms, value HAVING count(*) > 1;
UPDATE quarantine SET
  sent_at_ms = (SELECT sent_at_ms FROM merged WHERE merged.id = quarantine.id),
  source = (SELECT source FROM merged WHERE merged.id = quarantine.id)
WHERE id IN (SELECT id FROM merged);
DELETE FROM quarantine WHERE rule IS NOT NULL AND id NOT IN (
  SELECT min(id) FROM quarantine WHERE rule IS NOT NULL GROUP BY series_id, measured_at_ms, value
);
-- One that was set apart and stored under two of its times counts as believed, until all are judged.
DELETE FROM quarantine WHERE rule IS NOT NULL AND EXISTS (
  SELECT 1 FROM points
  WHERE points.series_id = quarantine.series_id AND points.measured_at_ms = quarantine.measured_at_ms
    AND points.value = quarantine.value
);

DROP TABLE cut;
DROP TABLE cut_hours;
DROP TABLE merged;
