"""`watch --every`, `--step`, `--notify`: a charge log that prints each level and tells of each step."""
