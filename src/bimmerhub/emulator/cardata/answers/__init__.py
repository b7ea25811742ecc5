"""What CarData's REST API answers about one car, one module an address; and what faults make of it."""
