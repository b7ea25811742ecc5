"""Structural damages of a database: what is damaged, how, and what should be saved of it."""
