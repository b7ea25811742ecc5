"""Who is connected to the web server, and who has to go so that others get in.

A connection either waits for a request (none has come yet, or half of one, or the last one is answered) or has one
under way. When there are too many, a newcomer takes the place of the connection that has waited longest: a stranger who
opens thousands of them pushes out his own, and whoever comes and asks at once is served. Only when all are busy is a
newcomer refused, and this machine's own programs have some places more.

A connection is known by anything that can be a key of a dict; what is done to it is its owner's business.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final, Generic, TypeVar

RESERVED_FOR_LOOPBACK: Final = 32
"""Connections above the limit that only programs on this machine get."""

LOOPBACK: Final = "loopback"
_NETWORK_BITS: Final = 64

C = TypeVar("C", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """How many connections there may be: in all, from one source that is not this machine, and waiting to be let in."""

    most: int = 1_000
    most_of_one_source: int = 250
    most_unaccepted: int = 1_024


@dataclass(slots=True)
class _Source(Generic[C]):
    connections: int = 0
    waiting: dict[C, None] = field(default_factory=dict)
    """In the order in which they began to wait."""


class ConnectionBook(Generic[C]):
    """The connections of one server by where they come from."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._source_of: dict[C, str] = {}
        self._sources: dict[str, _Source[C]] = {}
        self._waiting: dict[C, None] = {}
        self.pushed_out = 0
        self.refused = 0
        self._told = (0, 0)

    def __len__(self) -> int:
        return len(self._source_of)

    def enter(self, connection: C, source: str) -> tuple[bool, C | None]:
        """Return whether a connection may stay, and which other one has to go for it, if any; it waits from now on."""
        victim: C | None = None
        own = self._sources.get(source)
        if source != LOOPBACK and own is not None and own.connections >= self._limits.most_of_one_source:
            victim = next(iter(own.waiting), None)
            if victim is None:
                return self._refuse()
        elif len(self) >= self._limits.most:
            victim = next(iter(self._waiting), None)
            has_reserve = source == LOOPBACK and len(self) < self._limits.most + RESERVED_FOR_LOOPBACK
            if victim is None and not has_reserve:
                return self._refuse()
        if victim is not None:
            self.leave(victim)
            self.pushed_out += 1
        self._source_of[connection] = source
        self._sources.setdefault(source, _Source()).connections += 1
        self.wait(connection)
        return True, victim

    def take_crowd(self) -> tuple[int, int] | None:
        """Return how many were pushed out and refused since the last call; None when nobody was."""
        crowd = (self.pushed_out - self._told[0], self.refused - self._told[1])
        self._told = (self.pushed_out, self.refused)
        return crowd if any(crowd) else None

    def _refuse(self) -> tuple[bool, None]:
        self.refused += 1
        return False, None

    def wait(self, connection: C) -> None:
        """Note that a connection waits for its next request, from now on."""
        source = self._source_of.get(connection)
        if source is not None:
            self._waiting[connection] = self._sources[source].waiting[connection] = None

    def work(self, connection: C) -> None:
        """Note that a request of a connection is under way: it is not pushed out."""
        source = self._source_of.get(connection)
        if source is not None:
            self._waiting.pop(connection, None)
            self._sources[source].waiting.pop(connection, None)

    def leave(self, connection: C) -> None:
        """Forget a connection; nothing happens when it is not in the book."""
        self.work(connection)
        source = self._source_of.pop(connection, None)
        if source is None:
            return
        own = self._sources[source]
        own.connections -= 1
        if not own.connections:
            del self._sources[source]


@lru_cache(maxsize=4096)
def source_of(host: str) -> str:
    """Return what counts as one source: all of loopback, an IPv4 address, or the network of an IPv6 address."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return LOOPBACK if address.is_loopback else str(int(address) >> _NETWORK_BITS)
        address = address.ipv4_mapped
    return LOOPBACK if address.is_loopback else str(address)
