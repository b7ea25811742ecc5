"""Commands that serve until Ctrl-C (hub, demo, emulator), and who may come in."""
