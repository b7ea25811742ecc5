"""Whose the cars are: accounts, mappings, what owners do, and their page."""
