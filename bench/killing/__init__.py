"""Killing an operation of bimmerhub at any moment, a thousand times: see `bench.kills`."""
