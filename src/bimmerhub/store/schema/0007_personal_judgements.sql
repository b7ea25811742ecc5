-- What a person rejected is set apart with `rule` 'person', kept for ever like what neighbours contradict. A stretch of
-- time can be rejected, so what is set apart is looked up by its time. `refused_by_itself` finds what may be pruned, and what a person
-- releases, without a look at the messages.
DROP INDEX quarantine_by_series;
CREATE INDEX quarantine_by_series ON quarantine (series_id, measured_at_ms) WHERE rule IS NOT NULL;
CREATE INDEX refused_by_itself ON quarantine (id, measured_at_ms) WHERE rule IS NULL;

-- A release says why the reading had been refused by itself, so that it can be taken back. All that were released so far
-- were, but for odometer readings, which neighbours contradicted.
UPDATE overlays SET body = json_set(body, '$.refused', 'it was refused until a person released it')
WHERE kind = 'reading_released' AND json_extract(body, '$.descriptor') NOT IN (
  'vehicle.vehicle.travelledDistance', 'vehicle.trip.segment.end.travelledDistance'
);
