"""The hub as a process: its directory, secrets, clock and supervised tasks."""
