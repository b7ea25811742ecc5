"""MQTT for those who serve it: packets (pure), topic filters (pure) and a small broker on asyncio.

MQTT 3.1.1 and 5, QoS 0 and 1, no retained messages, no stored sessions. Source of the protocol's rules: OASIS MQTT
3.1.1 and 5.0.
"""
