"""MQTT: packets and topic filters (pure), and on asyncio a client and a small broker.

MQTT 3.1.1 and 5, QoS 0 and 1. The broker keeps no messages and no sessions. Source of the protocol's rules: OASIS MQTT
3.1.1 and 5.0.
"""
