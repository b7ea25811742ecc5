"""Any operation of any family, by its name in the family's table."""
