"""The always-on hub: accounts, supervision, ingest."""
