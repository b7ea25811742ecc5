"""Durable storage behind ports that have no SQL in them."""
