"""What is shown of a car: its state, its history, where it was, and which descriptors it reports."""
