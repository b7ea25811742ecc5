"""Where i Remote answers, and the app that one signs in as. All of it can be changed, to reach an emulator.

BMW switched the interface off in 2021: today only an emulator answers. Nothing of BMW's is shipped: the key and secret
of an app are the user's own settings (`App` says where one finds them).
Sources: documentation of i Remote; issue threads of clients, 2014-2021.
"""

import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from bimmerhub.bmw.gcdm.by_password import AppKey
from bimmerhub.bmw.servers import URL_HINT, check_user_agent, has_bmws_domain, is_base_url, trusting
from bimmerhub.errors import ConfigError

API_PATH: Final = "/webapi/v1"
GCDM_TOKEN_PATH: Final = "/gcdm/oauth/token"  # noqa: S105 - a path
"""Since September 2018."""
OLD_TOKEN_PATH: Final = "/webapi/oauth/token/"  # noqa: S105 - a path
"""From 2014 to September 2018."""
IMPLICIT_PATH: Final = "/gcdm/oauth/authenticate"
"""From February 2020, with the implicit grant, on the sign-in's own host."""
OLD_SCOPES: Final = ("remote_services", "vehicle_data")
GCDM_SCOPES: Final = ("authenticate_user", "vehicle_data", "remote_services")
"""Without a scope BMW gave a token that it then refused at every call (reported)."""


class Region(StrEnum):
    """Where a user's account lives; each region has users of its own."""

    REST_OF_WORLD = "row"
    NORTH_AMERICA = "na"
    CHINA = "cn"


HOSTS: Final = {
    Region.REST_OF_WORLD: "https://b2vapi.bmwgroup.com",
    Region.NORTH_AMERICA: "https://b2vapi.bmwgroup.us",
    Region.CHINA: "https://b2vapi.bmwgroup.cn:8592",
}
SIGN_IN_HOSTS: Final = {
    Region.REST_OF_WORLD: "https://customer.bmwgroup.com",
    Region.NORTH_AMERICA: "https://login.bmwusa.com",
    Region.CHINA: "https://customer.bmwgroup.cn",
}
"""Where the implicit grant was since February 2020; the password grant also answers on the API's own host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The app that one signs in as: the user's own settings, for BMW's are not shipped.

    Where a user finds them: in the old program that is to be replaced. Program files with `auth_basic` or
    `Authorization_Basic` (a credentials.json) hold key and secret (`AppKey.from_basic`), a `.env` file AUTH_CLIENT_ID
    and AUTH_REDIRECT_URI. The emulator takes any.
    """

    key: AppKey | None = None
    """Key and secret of the app, for the password grant."""
    client_id: str | None = None
    """Client id of the page, for the implicit grant."""
    redirect_uri: str | None = None
    """Where BMW redirects that page to, for the implicit grant."""
    user_agent: str | None = None
    """How the app calls itself; old clients named an app of BMW's, and it was not needed."""

    def __post_init__(self) -> None:
        """Refuse a name that no header can hold: ConfigError."""
        check_user_agent(self.user_agent, family="iremote")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of i Remote, and how one signs in. Empty addresses are those of the region."""

    region: Region = Region.REST_OF_WORLD
    """Where the account lives: row, na or cn."""
    api_url: str = ""
    """Address of the API."""
    auth_url: str = ""
    """Address of the sign-in; the API's own for the password grant."""
    grant: Literal["password", "implicit"] = "password"
    """How one signs in: in one request with the app's key, or as the page does."""
    token_path: str = ""
    """Path of the sign-in, where it is not GCDM's."""
    scopes: tuple[str, ...] = ()
    """What the token is to be good for, where it is not what other clients asked for at this path."""
    ca_file: Path | None = None
    """File with the only CA to trust, for the emulator; without it the system's CAs are trusted."""
    app: App = field(default_factory=App)

    def __post_init__(self) -> None:
        """Fill in what is usual for the region and the grant; ConfigError for what is no address."""
        api_url = self.api_url or HOSTS[self.region]
        hosts = {"password": api_url, "implicit": SIGN_IN_HOSTS[self.region]}
        paths = {"password": GCDM_TOKEN_PATH, "implicit": IMPLICIT_PATH}
        object.__setattr__(self, "api_url", api_url.rstrip("/"))
        object.__setattr__(self, "auth_url", (self.auth_url or hosts[self.grant]).rstrip("/"))
        object.__setattr__(self, "token_path", "/" + (self.token_path or paths[self.grant]).lstrip("/"))
        usual = OLD_SCOPES if self.token_path.startswith("/webapi") else GCDM_SCOPES
        object.__setattr__(self, "scopes", self.scopes or usual)
        for name in ("api_url", "auth_url"):
            if not is_base_url(getattr(self, name)):
                raise ConfigError(
                    f"iremote {name} is no address: {getattr(self, name).rpartition('@')[2][:80]!r}", hint=URL_HINT
                )

    @property
    def are_bmws(self) -> bool:
        """Whether one of the addresses is BMW's own, and not an emulator's."""
        return has_bmws_domain((self.api_url, self.auth_url))

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings of every connection; ConfigError when the CA file cannot be used."""
        return trusting(self.ca_file)
