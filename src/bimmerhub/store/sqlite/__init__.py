"""The ports of the store on SQLite: one writer, some readers, one file."""
