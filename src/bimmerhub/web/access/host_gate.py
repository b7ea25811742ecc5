"""The first questions to every request, whatever answers it: is it meant for this hub, and is it clear where it ends?

All answers get careful headers.

The Host header must be a loopback name, the address that the connection came to, or a name from the settings. A
stranger's page that points its own name at this address (DNS rebinding) fails here.
"""

import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bimmerhub.views.problems import problem
from bimmerhub.web.access.forwarding import server_address
from bimmerhub.web.access.ip_text import parse_address
from bimmerhub.web.answers import json_answer

HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # not "no-referrer": that makes a browser send "Origin: null" with our own forms
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}

_UNKNOWN_HOST: Final = problem(
    "unknown_host",
    "This hub does not answer to the name in the request's Host header.",
    hint='Use its address, or add the name to the hub\'s settings: [hub] allowed_hosts = ["NAME"].',
)
_TWO_ENDS: Final = problem(
    "two_lengths",
    "The request says in two ways how long it is (Content-Length and Transfer-Encoding).",
    hint="Send one of them. A proxy that lets both through can be made to pass on requests that it has not seen.",
)
_PLAIN_NAME: Final = re.compile(r"[a-z0-9._:%-]+")
"""Letters of names and addresses. With a quote or a backslash in it, a link made of the name would lead elsewhere."""


class HostGate:
    """ASGI middleware; `allowed_hosts` are names (or addresses) that this hub may be called by besides its own."""

    def __init__(self, app: ASGIApp, *, allowed_hosts: Collection[str] = ()) -> None:
        self._app = app
        self._allowed_hosts = frozenset(name.lower().rstrip(".") for name in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        app = self._app
        if not self._is_ours(scope, headers):
            app = json_answer(_UNKNOWN_HOST, status=HTTPStatus.MISDIRECTED_REQUEST)
        elif "content-length" in headers and "transfer-encoding" in headers:
            app = json_answer(_TWO_ENDS, status=HTTPStatus.BAD_REQUEST, headers={"connection": "close"})
        await app(scope, receive, _with_headers(send))

    def _is_ours(self, scope: Scope, headers: Headers) -> bool:
        hosts = headers.getlist("host")
        name = _host_name(hosts[0]) if len(hosts) == 1 else None
        return name is not None and (name in self._allowed_hosts or _is_own(name, scope))


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return send_with_headers


def _host_name(host: str) -> str | None:
    """Return the name in a Host header, lower-case and without port; None when it is none."""
    try:
        parts = urlsplit(f"//{host}")
        is_plain = parts.netloc == host and "@" not in host and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    name = parts.hostname or ""
    return name.rstrip(".") if is_plain and _PLAIN_NAME.fullmatch(name) else None


def _is_own(name: str, scope: Scope) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = parse_address(name)
    return address is not None and (address.is_loopback or address == server_address(scope))
