"""Whether everything is right, and what to do when it is not."""
