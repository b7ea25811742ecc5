"""Values and rules. Standard library only; no clock, sockets, files (but the one catalogue), environment or logging."""
