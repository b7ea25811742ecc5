"""Commands that ask BMW, and those that show what it answered."""
