"""Where the ConnectedDrive portal answers, and the page that one signs in as. All of it can be changed.

BMW switched the portal off by 2022: today only an emulator answers. Nothing of BMW's is shipped but addresses: the
client id of the page is the user's own setting (`App` says where one finds it).
Sources: clients of the portal, 2015-2021.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from bimmerhub.bmw.servers import URL_HINT, check_user_agent, is_base_url, is_bmws_domain, trusting
from bimmerhub.domain.hosts import is_loopback
from bimmerhub.errors import ConfigError

GENERIC_URL: Final = "https://www.bmw-connecteddrive.com"
"""The portal of no country; it knows the others (`COUNTRIES_PATH`)."""
PORTALS: Final = "www.bmw-connecteddrive."
"""What the host of every country's portal begins with."""
_PORTAL_HOST: Final = re.compile(re.escape(PORTALS) + r"(com|(com?\.)?[a-z]{2})")
"""Countries have a domain of two letters, some of them below `co` or `com`."""
API_PATH: Final = "/api"
COUNTRIES_PATH: Final = "/cms/default/default/country-selection.json"
DISPATCH_URL: Final = GENERIC_URL + "/app/default/static/external-dispatch.html"
"""Where BMW redirected the portal's page to; before 2018 (inferred) it lay in `/app/static`."""
IMPLICIT_PATH: Final = "/gcdm/oauth/authenticate"
SCOPES: Final = ("authenticate_user", "fupo")
LATER_SCOPES: Final = ("authenticate_user", "vehicle_data", "remote_services")
"""What later clients asked for; such a token is good for i Remote's hosts too."""


class Region(StrEnum):
    """Where a user's account lives; each region has users of its own. Of China's portal nothing is known."""

    REST_OF_WORLD = "row"
    NORTH_AMERICA = "na"


SIGN_IN_HOSTS: Final = {
    Region.REST_OF_WORLD: "https://customer.bmwgroup.com",
    Region.NORTH_AMERICA: "https://login.bmwusa.com",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The page that one signs in as: the user's own settings, for BMW's are not shipped.

    Where a user finds them: in the `.env` file of the old program that is to be replaced, as AUTH_CLIENT_ID and
    AUTH_REDIRECT_URI. BMW refused a client id that it did not know; the emulator takes any.
    """

    client_id: str | None = None
    """Client id of the page."""
    redirect_uri: str | None = None
    """Where BMW redirects that page to; None is the address that clients document (`DISPATCH_URL`)."""
    user_agent: str | None = None
    """How the browser calls itself; clients found that BMW answered more reliably to one."""

    def __post_init__(self) -> None:
        """Refuse a name that no header can hold: ConfigError."""
        check_user_agent(self.user_agent, family="connecteddrive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of the portal, and how one signs in. Empty addresses are those of the region and the country."""

    region: Region = Region.REST_OF_WORLD
    """Where the account lives: row or na."""
    country: str = ""
    """Country whose portal to ask, as BMW's list names it (Germany) or as its host ends (de); looked up once."""
    api_url: str = ""
    """Address of the API, with or without `/api` at its end; the generic portal's, or the country's."""
    auth_url: str = ""
    """Address of the sign-in, with or without its path."""
    token_path: str = ""
    """Path of the sign-in, where it is not GCDM's (`/gcdm/usa/oauth/authenticate` was seen of North America)."""
    countries_url: str = ""
    """Address of the portal that knows the countries."""
    scopes: tuple[str, ...] = SCOPES
    """What the token is to be good for."""
    locale: str | None = None
    """Language of the sign-in, such as GB-en."""
    ca_file: Path | None = None
    """File with the only CA to trust, for the emulator; without it the system's CAs are trusted."""
    app: App = field(default_factory=App)

    def __post_init__(self) -> None:
        """Fill in what is empty; ConfigError for what is no address."""
        api_url = self.api_url or ("" if self.country else GENERIC_URL)
        auth_url = self.auth_url or SIGN_IN_HOSTS[self.region]
        countries_url = self.countries_url or GENERIC_URL
        for name, url in {"api_url": api_url, "auth_url": auth_url, "countries_url": countries_url}.items():
            if url and not is_base_url(url):
                raise ConfigError(
                    f"connecteddrive {name} is no address: {url.rpartition('@')[2][:80]!r}", hint=URL_HINT
                )
        host, path = _split(auth_url)
        object.__setattr__(self, "api_url", to_api_url(api_url) if api_url else "")
        object.__setattr__(self, "auth_url", host)
        object.__setattr__(self, "token_path", "/" + (self.token_path or path or IMPLICIT_PATH).lstrip("/"))
        object.__setattr__(self, "countries_url", countries_url.rstrip("/"))

    @classmethod
    def from_variables(cls, variables: Mapping[str, str], *, ca_file: Path | None = None) -> "Endpoints":
        """Return the addresses and the page that the variables of the old charge logger name.

        AUTH_BASE_URL, AUTH_CLIENT_ID, AUTH_REDIRECT_URI, and CONNECTED_DRIVE_BASE_URL with its misspelt twin
        CONNECTED_DRIVEBASE_URI. An address that is missing is BMW's. ConfigError for what is no address.
        """
        api_url = variables.get("CONNECTED_DRIVE_BASE_URL") or variables.get("CONNECTED_DRIVEBASE_URI") or ""
        app = App(
            client_id=variables.get("AUTH_CLIENT_ID") or None,
            redirect_uri=variables.get("AUTH_REDIRECT_URI") or None,
        )
        auth_url = variables.get("AUTH_BASE_URL", "").strip()
        return cls(api_url=api_url.strip(), auth_url=auth_url, ca_file=ca_file, app=app)

    @property
    def are_bmws(self) -> bool:
        """Whether one of the addresses is BMW's own, and not an emulator's."""
        hosts = (urlsplit(url).hostname or "" for url in (self.api_url or self.countries_url, self.auth_url))
        return any(map(is_bmws_host, hosts))

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings of every connection; ConfigError when the CA file cannot be used."""
        return trusting(self.ca_file)


def is_portal_host(host: str) -> bool:
    """Tell whether a host is BMW's portal, of a country or of none."""
    return _PORTAL_HOST.fullmatch(host.lower()) is not None


def is_bmws_host(host: str) -> bool:
    """Tell whether a host is one of those of BMW's that served the portal, its sign-in, or the same paths."""
    return is_portal_host(host) or is_bmws_domain(host)


def may_have_picture(url: str, *, api_url: str) -> bool:
    """Tell whether a picture may be asked for at an address that the portal names.

    Where pictures were is not known, so: at the API's own server, and by TLS at hosts of BMW's; without TLS on this
    machine only, where the API itself is an emulator here.
    """
    there, api = urlsplit(url), urlsplit(api_url)
    if there[:2] == api[:2]:
        return True
    host = there.hostname or ""
    if there.scheme == "https":
        return is_bmws_host(host) and there.port in {None, 443}
    return is_loopback(host) and is_loopback(api.hostname or "")


def to_api_url(url: str) -> str:
    """Return the address of the API at a portal's address: `/api` is added where there is no path."""
    host, path = _split(url)
    return host + (path or API_PATH)


def _split(url: str) -> tuple[str, str]:
    """Return scheme and host, and the path without a slash at its end."""
    parts = urlsplit(url.strip())
    return urlunsplit((parts.scheme, parts.netloc, "", "", "")), parts.path.rstrip("/")
