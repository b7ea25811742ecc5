"""BMW's real host names, for programs whose addresses nobody can change: who answers under which, and how to get there.

A program finds the emulator when this machine's hosts file sends the names here, and talks to it when it trusts the
emulator's CA. Only programs on this machine are affected.
"""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bimmerhub.emulator.host.listener import is_loopback

SIGN_IN_HOST = "customer.bmwgroup.com"
API_HOST = "api-cardata.bmwgroup.com"
OTHER_SIGN_IN_HOSTS = ("customer.bmwgroup.cn", "login.bmwusa.com")
WEBAPI_HOSTS = ("b2vapi.bmwgroup.com", "b2vapi.bmwgroup.us", "b2vapi.bmwgroup.cn")
"""The i Remote API of the rest of the world, North America and China."""
APP_HOSTS = ("cocoapi.bmwgroup.com", "cocoapi.bmwgroup.us", "myprofile.bmw.com.cn")
"""The MyBMW app's API of the rest of the world, North America and China."""
_PORTAL_COUNTRIES = (
    *("com", "at", "be", "ch", "co.uk", "cz", "de", "dk", "es", "fi"),
    *("fr", "ie", "it", "lu", "nl", "no", "pl", "pt", "se"),
)
PORTAL_HOSTS = tuple(f"www.bmw-connecteddrive.{country}" for country in _PORTAL_COUNTRIES)
"""The ConnectedDrive portal; the first one is that of every country."""
GARAGE_HOSTS = ("mygarage.bmwusa.com", "mygarage.miniusa.com")
NHTSA_HOST = "nhtsa.bmwgroup.com"
"""The recalls of cars in the USA."""
BMW_USA_HOST = "www.bmwusa.com"
MINI_USA_HOST = "www.miniusa.com"
CONFIGURATOR_HOST = "configure.bmwusa.com"
INVENTORY_HOST = "inventoryservices.bmwdealerprograms.com"
DEALER_HOSTS = (INVENTORY_HOST, BMW_USA_HOST, CONFIGURATOR_HOST, MINI_USA_HOST)
"""Of the dealers' stock in the USA."""
STREAM_HOST = "customer.streaming-cardata.bmwgroup.com"
UTILITIES_HOST = "mybmwweb-utilities.api.bmw"
OLDER_HOSTS = (*OTHER_SIGN_IN_HOSTS, *WEBAPI_HOSTS, *PORTAL_HOSTS, *APP_HOSTS)
"""Of the families that are older than CarData."""
BMW_HOSTS = (
    SIGN_IN_HOST,
    API_HOST,
    STREAM_HOST,
    UTILITIES_HOST,
    *OLDER_HOSTS,
    *GARAGE_HOSTS,
    NHTSA_HOST,
    *DEALER_HOSTS,
)
_ROW_LENGTH = 69
"""Of the names in a line of the hosts file; with what is printed around it a row fills a terminal of 80 columns."""
HTTPS_PORT = 443
CHINA_PORT = 8592
"""Where b2vapi.bmwgroup.cn answers."""
STREAM_PORT = 9000


class HostRouter:
    """Answers for each of `apps` under its host name, for `local` under this machine's, with 404 under any other."""

    def __init__(self, apps: Mapping[str, ASGIApp], *, local: ASGIApp) -> None:
        self._apps = apps
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        host = _host_of(scope)
        app = self._local if is_loopback(host) else self._apps.get(host, _NOWHERE)
        await app(scope, receive, send)


def _host_of(scope: Scope) -> str:
    """Return the name in the Host header, in lower case and without port; "" when it cannot be understood."""
    try:
        return urlsplit("//" + Headers(scope=scope).get("host", "")).hostname or ""
    except ValueError:
        return ""


_NOWHERE = PlainTextResponse("The emulator is not this host.\n", status_code=404)


def setup_text(ca_file: Path | str) -> str:
    """Return what to do so that programs reach the emulator under BMW's names, and how to undo it."""
    rows = textwrap.wrap(" ".join(BMW_HOSTS), _ROW_LENGTH, break_long_words=False, break_on_hyphens=False)
    hosts = " \\\n       ".join(f"'{row}'" for row in rows)
    system_file = "/usr/local/share/ca-certificates/bimmerhub-emulator.crt"
    return f"""\
1. Send BMW's names to this machine by some lines in its hosts file:
     printf '127.0.0.1 %s  # bimmerhub emulator\\n' \\
       {hosts} \\
       | sudo tee -a /etc/hosts
2. Trust the emulator's CA in the program under test, before it starts:
     Python, Go      export SSL_CERT_FILE={ca_file}
     Python requests export REQUESTS_CA_BUNDLE={ca_file}
     Node            export NODE_EXTRA_CA_CERTS={ca_file}
     curl            export CURL_CA_BUNDLE={ca_file}
   or on the whole machine (Debian, Ubuntu):
     sudo install -m 644 {ca_file} \\
       {system_file} \\
       && sudo update-ca-certificates
Undo it, or this machine cannot reach BMW:
     sudo sed -i '/# bimmerhub emulator$/d' /etc/hosts
     sudo rm -f {system_file} \\
       && sudo update-ca-certificates --fresh"""
