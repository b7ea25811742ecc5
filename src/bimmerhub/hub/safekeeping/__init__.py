"""Keeping the history safe: encrypted files and their passphrases."""
