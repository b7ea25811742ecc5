"""The machine that the emulated cloud runs on: clock, listeners, certificates, state files."""
