"""Feeds that are asked and not heard: accounts of all families but CarData."""
