"""Hosts by name or number: which of them are this machine, and to which of them nothing secret may go unencrypted."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

PLAIN_HINT = (
    "Use https://. In a lab only, name the host in the settings: [lab] plain_http_hosts, or by the variable "
    "BIMMERHUB_LAB__PLAIN_HTTP_HOSTS."
)


def is_loopback(host: str) -> bool:
    """Tell whether a host, by its name or number, is this machine."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_in_the_clear(url: str, *, plain_hosts: Collection[str] = ()) -> bool:
    """Tell whether what is sent to an address could be read on the way: `http://` to another machine.

    Not so of `plain_hosts`, by their names: they are a lab's.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return parts.scheme == "http" and not is_loopback(host) and host not in plain_hosts
