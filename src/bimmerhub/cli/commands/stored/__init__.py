"""Commands for what is stored: importing, quarantine, judging readings, rebuilding, backup and restore."""
