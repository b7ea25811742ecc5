-- Since when the account has the vehicle, as BMW says (mappedSince), and when its mappings first left it out: NULL while
-- they name it.
ALTER TABLE vehicle_accounts ADD COLUMN mapped_since_ms INTEGER;
ALTER TABLE vehicle_accounts ADD COLUMN unmapped_at_ms INTEGER;

-- When a person put the vehicle away, and its day of sale (2026-01-31): what is measured later is another owner's. Both
-- are NULL for a vehicle in use.
ALTER TABLE vehicles ADD COLUMN archived_at_ms INTEGER;
ALTER TABLE vehicles ADD COLUMN sold_on TEXT;
