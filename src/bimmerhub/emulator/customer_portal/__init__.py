"""BMW's portal for customers: clients, services, streamed keys, archive."""
