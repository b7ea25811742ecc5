"""How commands print: results, tables, progress, the log, help; nothing else writes to the terminal."""
