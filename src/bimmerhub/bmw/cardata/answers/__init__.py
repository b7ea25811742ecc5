"""CarData's REST answers: their structs, and the readings and documents that are made of them."""
