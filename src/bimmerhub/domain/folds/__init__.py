"""What is derived from readings and can be thrown away: the folds, one module a record, and the roll-ups of hours."""
