"""An account in values and rules: its link, its quota, what was checked."""
