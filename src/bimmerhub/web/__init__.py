"""API, live events and the page."""
