"""Where My Garage answers, and the page that one signs in as. All of it can be changed, to reach an emulator.

Nothing of BMW's is shipped: the client id of the page is the user's own setting (`SiteApp` says where one finds it).
Sources: public notes of 2021, a public collection of requests (2023), a client of 2026.
"""

import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from bimmerhub.bmw.servers import URL_HINT, check_user_agent, has_bmws_domain, is_base_url, trusting
from bimmerhub.errors import ConfigError

GARAGE: Final = "api"
NHTSA: Final = "nhtsa"
SITE: Final = "site"
"""The servers, as the operations name them."""
AUTHENTICATE_PATH: Final = "/gcdm/oauth/authenticate"
SCOPES: Final = ("authenticate_user", "vehicle_data", "remote_services", "fupo")
CODE_RECEIVER_PATH: Final = "/content/mybmw/en/code-receiver.html"


class GarageBrand(StrEnum):
    """Whose site it is."""

    BMW = "bmw"
    MINI = "mini"


HOSTS: Final = {
    GarageBrand.BMW: "https://mygarage.bmwusa.com",
    GarageBrand.MINI: "https://mygarage.miniusa.com",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteApp:
    """The page that one signs in as: the user's own settings, for BMW's are not shipped.

    Where a user finds them: `client_id` in the address of the site's sign-in page. The emulator takes any.
    """

    client_id: str | None = None
    redirect_uri: str | None = None
    """Where BMW redirects the page to, where it is not its usual page."""
    user_agent: str | None = None

    def __post_init__(self) -> None:
        """Refuse a name that no header can hold: ConfigError."""
        check_user_agent(self.user_agent, family="mygarage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of one brand's site."""

    brand: GarageBrand = GarageBrand.BMW
    garage_url: str = ""
    """Address of the site, where it is not the brand's own."""
    auth_url: str = "https://login.bmwusa.com"
    nhtsa_url: str = "https://nhtsa.bmwgroup.com"
    site_url: str = "https://www.bmwusa.com"
    market_path: str = ""
    """What addresses of 2026 begin with, such as /bmw-us (that it looks so is inferred)."""
    ca_file: Path | None = None
    """File with the only CA to trust, for the emulator; without it the system's CAs are trusted."""
    app: SiteApp = field(default_factory=SiteApp)

    def __post_init__(self) -> None:
        """Fill in what is usual for the brand; ConfigError for what is no address."""
        object.__setattr__(self, "garage_url", self.garage_url or HOSTS[self.brand])
        object.__setattr__(self, "market_path", "/" + (self.market_path or f"{self.brand.value}-us").strip("/"))
        for name in ("garage_url", "auth_url", "nhtsa_url", "site_url"):
            url = getattr(self, name).rstrip("/")
            object.__setattr__(self, name, url)
            if not is_base_url(url):
                raise ConfigError(f"mygarage {name} is no address: {url.rpartition('@')[2][:80]!r}", hint=URL_HINT)

    @classmethod
    def all_at(
        cls,
        url: str,
        *,
        brand: GarageBrand = GarageBrand.BMW,
        app: SiteApp | None = None,
        ca_file: Path | None = None,
    ) -> "Endpoints":
        """Return the endpoints of one server that answers for all, such as the emulator."""
        return cls(
            brand=brand,
            garage_url=url,
            auth_url=url,
            nhtsa_url=url,
            site_url=url,
            app=app or SiteApp(),
            ca_file=ca_file,
        )

    @property
    def are_bmws(self) -> bool:
        """Whether one of the addresses is BMW's own, and not an emulator's."""
        return has_bmws_domain((self.garage_url, self.auth_url, self.nhtsa_url, self.site_url))

    @property
    def redirect_uri(self) -> str:
        """Where the sign-in redirects to."""
        return self.app.redirect_uri or HOSTS[self.brand] + CODE_RECEIVER_PATH

    def url_of(self, server: str) -> str:
        """Return the address of a server by the name that operations give it."""
        return {GARAGE: self.garage_url, NHTSA: self.nhtsa_url, SITE: self.site_url}[server]

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings of every connection; ConfigError when the CA file cannot be used."""
        return trusting(self.ca_file)
