"""Parking: the stops between two trips, what the battery lost in them, and what is known of why."""
