"""BMW CarData: the REST operations and their rules."""
