"""What `bimmerhub garage` and `bimmerhub inventory` are made of: the wish in a person's words, rows, JSON."""
