"""How a command reaches the hub that runs, one started for it, or the store where none runs."""
