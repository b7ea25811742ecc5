"""The regions of the i Remote API: each has a host and is a world of its own."""

from bimmerhub.emulator.host.as_bmw import WEBAPI_HOSTS

HUBS = dict(zip(WEBAPI_HOSTS, ("HUB_ECE", "HUB_US", "HUB_CN"), strict=True))
"""By host, the word that vehicles carry."""


def hub_of(host: str) -> str:
    """Return the hub of a host; the rest of the world's for any other name."""
    return HUBS.get(host, "HUB_ECE")
