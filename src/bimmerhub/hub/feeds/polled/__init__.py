"""Feeds that are asked and not heard: accounts of BMW's older interfaces."""
