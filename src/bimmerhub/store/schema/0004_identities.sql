-- An account's name is a label; what belongs to it refers to its id, which is never given twice. Each account belongs to
-- one family of BMW's interfaces.
CREATE TABLE accounts_with_id (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  family TEXT NOT NULL,
  client_id TEXT NOT NULL,
  gcid TEXT,
  signed_in_at_ms INTEGER,
  sealed_tokens BLOB -- encrypted by the hub; never in a backup
);
INSERT INTO accounts_with_id (name, family, client_id, gcid, signed_in_at_ms, sealed_tokens)
SELECT name, 'cardata', client_id, gcid, signed_in_at_ms, sealed_tokens FROM accounts ORDER BY name;
DROP TABLE accounts;
ALTER TABLE accounts_with_id RENAME TO accounts;

-- BMW counts calls by GCID, whatever accounts are called here; before a sign-in `owner` is the account's id. The notes of
-- the schedule, among the settings, are kept by the same word.
ALTER TABLE quota_calls RENAME COLUMN account TO owner;
UPDATE quota_calls SET owner = (SELECT coalesce(gcid, id) FROM accounts WHERE name = owner)
WHERE owner IN (SELECT name FROM accounts);
UPDATE OR IGNORE settings SET key = (
  SELECT substr(settings.key, 1, length(settings.key) - length(name)) || coalesce(gcid, id) FROM accounts
  WHERE settings.key IN ('rest.met_at_ms.' || name, 'rest.refreshed_at_ms.' || name)
)
WHERE key IN (SELECT 'rest.met_at_ms.' || name FROM accounts UNION SELECT 'rest.refreshed_at_ms.' || name FROM accounts);

-- A container that no account has any more is of no use to the hub: it looks for its own at BMW.
CREATE TABLE containers_of_accounts (
  id TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  purpose TEXT NOT NULL,
  descriptors TEXT NOT NULL, -- JSON list
  created_at_ms INTEGER
) WITHOUT ROWID;
INSERT INTO containers_of_accounts
SELECT containers.id, accounts.id, containers.name, purpose, descriptors, created_at_ms
FROM containers JOIN accounts ON accounts.name = containers.account;
DROP TABLE containers;
ALTER TABLE containers_of_accounts RENAME TO containers;

-- Which accounts see a vehicle: `mapping` is BMW's word (PRIMARY, SECONDARY), `seen_at_ms` when BMW last told it.
CREATE TABLE vehicle_accounts (
  vin TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  mapping TEXT,
  seen_at_ms INTEGER NOT NULL,
  PRIMARY KEY (vin, account_id)
) WITHOUT ROWID;
INSERT INTO vehicle_accounts
SELECT vehicles.vin, accounts.id, mapping, first_seen_at_ms
FROM vehicles JOIN accounts ON accounts.name = vehicles.account;

-- `key` names a vehicle where its VIN is not to be shown. Vehicles that only readings told of become rows too.
CREATE TABLE vehicles_with_key (
  vin TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT,
  brand TEXT,
  model TEXT,
  drivetrain TEXT,
  first_seen_at_ms INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO vehicles_with_key
SELECT vin, vehicle_key(), name, brand, model, drivetrain, first_seen_at_ms FROM vehicles;
INSERT INTO vehicles_with_key
SELECT subject, vehicle_key(), NULL, NULL, NULL, NULL, coalesce(min(hour) * 3600000, 0)
FROM series LEFT JOIN hours ON hours.series_id = series.id
WHERE subject NOT IN (SELECT vin FROM vehicles)
GROUP BY subject;
DROP TABLE vehicles;
ALTER TABLE vehicles_with_key RENAME TO vehicles;
