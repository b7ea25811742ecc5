"""The control API: what a test or a person changes while the emulator runs, and the truth it tells."""
