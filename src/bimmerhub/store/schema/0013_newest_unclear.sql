-- The newest that each descriptor said in another kind than the catalogue's stands beside a signal, however much was
-- refused since. This finds it.
CREATE INDEX unclear ON quarantine (vin, descriptor, measured_at_ms, sent_at_ms) WHERE is_unclear;
