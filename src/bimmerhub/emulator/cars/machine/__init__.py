"""A simulated car as a machine: battery, tank, tyres, 12 V battery, service."""
