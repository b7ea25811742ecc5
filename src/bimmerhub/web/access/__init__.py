"""Who may talk to the hub, and what is logged of it."""
