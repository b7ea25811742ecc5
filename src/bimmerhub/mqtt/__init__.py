"""MQTT packets and a small broker."""
