"""Charging sessions: from plug-in to plug-out, what went into the battery and out of the grid, and why it ended."""
