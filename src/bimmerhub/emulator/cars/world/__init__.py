"""Where simulated cars live: places, roads, weather, local time, and what is going to happen."""
