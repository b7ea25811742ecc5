"""The bimmerhub command line."""
