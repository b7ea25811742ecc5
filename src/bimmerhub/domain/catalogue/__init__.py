"""What each family's descriptors are: datatype, unit, range."""
