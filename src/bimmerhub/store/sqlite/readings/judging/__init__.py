"""The judges of readings with their neighbours, and what they find: within the commit that stores the readings."""
