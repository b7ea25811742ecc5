"""Trips: what a car drove, from departure to arrival, out of readings that come in bursts, late, or only at the end."""
