"""Saving the rows of a damaged database: its pages read without SQLite, its rows put into a fresh file."""
