"""bimmerhub: one connection to BMW, every value kept, handed to people and tools."""

__version__ = "0.3.0"
