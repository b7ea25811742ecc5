"""The web server's settings: the table `[hub]`."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Final

import msgspec

from bimmerhub.errors import ConfigError

EVENT_READERS: Final = 1_000
_HOST: Final = re.compile(r"[\w.:%-]{1,253}")
_LONGEST_LABEL: Final = 63
"""Of the parts of a name, as DNS has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where the page and the API are served."""

    host: str = "127.0.0.1"
    """Address to listen on. Any but loopback needs a password or an API token."""
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8080
    """Port of the page and the API; 0 takes a free one."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names that the Host header may carry, such as the name of a reverse proxy."""
    connections: Annotated[int, msgspec.Meta(ge=8, le=10_000)] = 2_000
    """Connections that the page and the API have at once; fewer where the process may open fewer files."""
    event_readers: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = EVENT_READERS
    """Event streams at once; of one client half of them."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies that may say for whom they ask, such as `127.0.0.1` or `10.0.0.0/8`."""

    def __post_init__(self) -> None:
        """Refuse what nobody can listen on, and what is no address or network: ConfigError."""
        if _HOST.fullmatch(self.host) is None or any(len(label) > _LONGEST_LABEL for label in self.host.split(".")):
            raise ConfigError(
                f"hub.host is no address to listen on: {self.host[:80]!r}", hint="Such as 127.0.0.1, ::1 or 0.0.0.0"
            )
        self.trusted_networks()

    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return `trusted_proxies` as networks."""
        return tuple(_parse_network(text) for text in self.trusted_proxies)


def _parse_network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ConfigError(
            f"hub.trusted_proxies: {text[:80]!r} is no address and no network",
            hint='Write addresses or networks: trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]',
        ) from error
