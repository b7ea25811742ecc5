"""Addresses of the internet protocol as text."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address, None for what is none; an IPv4 address inside an IPv6 one comes out as itself.

    The zone of an IPv6 address is left out: it may be any text.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
