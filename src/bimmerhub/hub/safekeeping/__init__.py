"""Keeping the history safe: backups by hand and by the hub, restoring, encrypted files and their passphrases."""
