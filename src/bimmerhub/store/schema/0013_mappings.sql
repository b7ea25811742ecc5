-- Since when the account has the vehicle, as BMW says (mappedSince), and when its mappings first left it out: NULL while
-- they name it.
ALTER TABLE vehicle_accounts ADD COLUMN mapped_since_ms INTEGER;
ALTER TABLE vehicle_accounts ADD COLUMN unmapped_at_ms INTEGER;

-- When a person put the vehicle away, and the end of its day of sale: what is measured later is another owner's. Both
-- are NULL for a vehicle in use.
ALTER TABLE vehicles ADD COLUMN archived_at_ms INTEGER;
ALTER TABLE vehicles ADD COLUMN sold_at_ms INTEGER;
