"""Where a request really comes from: from here, from the network, or through a proxy.

A proxy on this machine (nginx, Caddy, a tunnel) makes every stranger look like a program on loopback. So what carries
a header of a proxy is never taken for local, and neither is HTTP/1.0, which only proxies still speak. A proxy that is
trusted by `[hub] trusted_proxies` says who asks, and by which scheme: that then holds for the gate, the audit, the
limit on wrong passwords, and links.

A trusted proxy is believed in `X-Forwarded-For` and `X-Forwarded-Proto`, or in `Forwarded` (RFC 7239). Of a chain the
last hop that is not trusted counts, for what stands before it anybody could have written; of one whose hops are all
trusted, the last. When both kinds of headers are there and disagree, one of them came through from outside: the request
is refused. A program on this machine is who comes over loopback at every hop, by every header that names one: a client
whose own network is trusted can write a hop, but cannot keep the proxy from adding the client's address.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bimmerhub.views.problems import problem
from bimmerhub.web.access.ip_text import parse_address
from bimmerhub.web.answers import json_answer

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_MARKS: Final = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
        "x-original-host",
        "x-proxyuser-ip",
        "x-remote-addr",
        "x-remote-ip",
        "x-originating-ip",
        "x-appengine-user-ip",
        "x-nf-client-connection-ip",
        "x-scheme",
        "ali-cdn-real-ip",
        "fly-client-ip",
        "true-client-ip",
        "client-ip",
        "cdn-loop",
        "x-azure-clientip",
    }
)
"""Headers that proxies add, besides all that begin with one of `_MARK_STARTS`."""
_NAME_NO_SENDER: Final = frozenset(
    {
        "via",
        "x-scheme",
        "x-original-host",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-forwarded-proto",
        "x-forwarded-scheme",
        "x-forwarded-server",
        "x-forwarded-ssl",
    }
)
"""Those of them that do not say who asks."""
_MARK_STARTS: Final = ("x-forwarded", "x-envoy", "cf-", "fastly-", "tailscale-", "x-amzn-")
MOST_NAMES: Final = 5
LONGEST_NAME: Final = 40
"""What is remembered of the headers of a request: anybody may send any."""

_CONTRADICTION: Final = problem(
    "contradicting_proxies",
    "The headers Forwarded and X-Forwarded-For of this request name different senders.",
    hint="Let the proxy set one of them, and take the other out of what comes in.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySighting:
    """The newest request that came through a proxy which is not trusted: when, from which address, by which headers."""

    at_ms: int
    address: str
    headers: Sequence[str]


class ProxySightings:
    """Remembers the newest one, for whoever wonders why nobody may come in."""

    def __init__(self, *, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.newest: ProxySighting | None = None

    def note(self, address: str, headers: Sequence[str]) -> None:
        """Remember a request, as far as it is worth a line."""
        shown = [name[:LONGEST_NAME] for name in headers[:MOST_NAMES]]
        self.newest = ProxySighting(at_ms=self._now_ms(), address=address, headers=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What a proxy says of a request: its sender (None: it hides it), its scheme, and whether all of it is loopback."""

    sender: Address | None
    is_local: bool
    scheme: str | None


class Forwarding:
    """ASGI middleware, the outermost but the log.

    What passes has in `scope` the client and the scheme as a trusted proxy says them; `scope["state"]` carries
    `is_from_here` (a program on this machine asks) and `is_by_proxy` (an untrusted one passed it on).
    """

    def __init__(self, app: ASGIApp, *, trusted: Collection[Network] = (), sightings: ProxySightings) -> None:
        self._app = app
        self._trusted = tuple(trusted)
        self._sightings = sightings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})  # also where the scope is copied: the server itself looks at it
        headers = Headers(scope=scope)
        marks = sorted({name for name in headers if _is_mark(name)})
        peer = parse_address(scope["client"][0]) if scope.get("client") else None
        is_trusted = peer is not None and self._is_trusted(peer)
        app, passed, is_local = self._app, scope, not marks and not is_trusted and scope["http_version"] != "1.0"
        if marks and is_trusted:
            claim = self._read(headers, marks)
            if claim is None:
                app = json_answer(_CONTRADICTION, status=HTTPStatus.BAD_REQUEST)
            else:
                is_local = claim.is_local
                passed = _as_sent(scope, claim)
        elif marks:
            self._sightings.note("" if peer is None else str(peer), marks)
        state["is_by_proxy"] = not is_trusted and (bool(marks) or scope["http_version"] == "1.0")
        state["is_from_here"] = is_local and _is_loopback(peer) and _is_loopback(server_address(scope))
        await app(passed, receive, send)

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)

    def _read(self, headers: Headers, marks: Sequence[str]) -> _Claim | None:
        """Return what the trusted proxy says, None when it contradicts itself."""
        by_name = headers.getlist("x-forwarded-for")
        by_standard = headers.getlist("forwarded")
        plain = self._last_stranger([hop for line in by_name for hop in line.split(",")])
        hops = [_forwarded_pairs(hop) for line in by_standard for hop in line.split(",")]
        standard = self._last_stranger([hop.get("for", "") for hop in hops])
        if by_name and by_standard and plain != standard:
            return None
        scheme = headers.getlist("x-forwarded-proto")[-1:] or [hop.get("proto", "") for hop in hops[-1:]]
        word = scheme[0].rpartition(",")[2].strip().lower() if scheme else ""
        sender = plain if by_name else standard
        return _Claim(
            sender=sender,
            is_local=_is_loopback(sender) and all(map(_is_loopback, _all_named(headers, marks))),
            scheme=word if word in {"http", "https"} else None,
        )

    def _last_stranger(self, hops: Sequence[str]) -> Address | None:
        """Return the last address that is not a trusted proxy's, the last when all are; None when it is hidden."""
        addresses = [parse_hop(hop) for hop in reversed(hops)]
        strangers = (address for address in addresses if address is None or not self._is_trusted(address))
        return next(strangers, addresses[0] if addresses else None)


def server_address(scope: Scope) -> Address | None:
    """Return the address that the connection came to."""
    server = scope.get("server")
    return parse_address(server[0]) if server else None


def parse_hop(text: str) -> Address | None:
    """Return the address in one hop of a chain, which may have quotes, brackets and a port; None when it has none."""
    hop = text.strip().strip('"')
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    return parse_address(hop)


def _all_named(headers: Headers, marks: Sequence[str]) -> Iterator[Address | None]:
    """Yield everybody whom any header names as a sender, None for what is no address."""
    for name in marks:
        if name in _NAME_NO_SENDER:
            continue
        for hop in ",".join(headers.getlist(name)).split(","):
            yield parse_hop(_forwarded_pairs(hop).get("for", "") if name == "forwarded" else hop)


def _is_mark(name: str) -> bool:
    return name in _MARKS or name.startswith(_MARK_STARTS)


def _is_loopback(address: Address | None) -> bool:
    return address is not None and address.is_loopback


def _as_sent(scope: Scope, claim: _Claim) -> Scope:
    client = scope["client"] if claim.sender is None else (str(claim.sender), 0)
    return {**scope, "client": client, "scheme": claim.scheme or scope["scheme"]}


def _forwarded_pairs(hop: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in hop.split(";"))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
