"""CarData's stream: one connection, the link that keeps it up, another program on it, a relay's stream."""
