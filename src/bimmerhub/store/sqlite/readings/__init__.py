"""Readings and messages in SQLite: appending, reading back, judging with neighbours, the journal, quarantine."""
