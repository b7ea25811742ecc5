"""BMW's MQTT stream, and what BMW makes of what cars send."""
