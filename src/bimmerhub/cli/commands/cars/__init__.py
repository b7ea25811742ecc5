"""Commands that show cars: the list, state, history, live readings, and which descriptors arrive."""
