"""Clients for BMW's interfaces, one folder per family."""
