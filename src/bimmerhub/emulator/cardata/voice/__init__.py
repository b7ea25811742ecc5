"""CarData's words for what the simulated cars tell: keys, units, spelling, messages."""
