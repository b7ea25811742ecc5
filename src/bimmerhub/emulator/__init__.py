"""BMW's CarData cloud on loopback, written from published and observed facts."""
