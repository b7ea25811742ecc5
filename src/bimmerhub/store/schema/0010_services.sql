-- Which services of BMW's portal an account's newest sign-in was granted: 'api', 'stream' or both, with a blank between.
-- Until this schema nobody could sign in without both.
ALTER TABLE accounts ADD COLUMN services TEXT NOT NULL DEFAULT '';
UPDATE accounts SET services = 'api stream' WHERE signed_in_at_ms IS NOT NULL;
