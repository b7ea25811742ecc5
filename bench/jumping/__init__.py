"""Setting the clock of a hub at bad moments: see `bench.clock_jumps`."""
