"""The product's public reads: each once, typed, with its shape beside it."""
