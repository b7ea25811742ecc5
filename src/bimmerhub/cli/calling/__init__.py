"""What `bimmerhub call` is made of: reading the line, finding the sign-in, printing what came."""
