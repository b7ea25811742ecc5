"""The SQLite file itself: connections, threads, schema versions and migrations, backup, restoring."""
