"""Commands for what is stored: importing, quarantine, rebuilding, backup and restore."""
