"""What cannot be true: of one reading by itself, and of readings beside their neighbours, one module a quantity."""
