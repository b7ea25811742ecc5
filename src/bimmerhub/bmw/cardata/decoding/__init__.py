"""What reading CarData's bytes is made of: JSON that is not quite JSON, and how a value is read. Pure."""
