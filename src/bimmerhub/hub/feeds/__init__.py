"""The ways in: each account's connection and scheduled calls."""
