"""What a person does with a vehicle as a whole: put it away, take it back, erase it."""
