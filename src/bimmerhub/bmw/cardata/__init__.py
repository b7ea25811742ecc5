"""BMW CarData: sign-in, REST and stream."""
