"""Where the dealers' stock answers. All of it can be changed, to reach an emulator.

Sources: a public collection of requests (2023), clients 2023-2026.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bimmerhub.bmw.servers import URL_HINT, has_bmws_domain, is_base_url, trusting
from bimmerhub.errors import ConfigError

SEARCH: Final = "api"
SITE: Final = "site"
CONFIGURATOR: Final = "configurator"
MINI: Final = "mini"
"""The servers, as the operations name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of the four servers."""

    search_url: str = "https://inventoryservices.bmwdealerprograms.com"
    site_url: str = "https://www.bmwusa.com"
    configurator_url: str = "https://configure.bmwusa.com"
    mini_url: str = "https://www.miniusa.com"
    ca_file: Path | None = None
    """File with the only CA to trust, for the emulator; without it the system's CAs are trusted."""

    def __post_init__(self) -> None:
        """Take off slashes at the end; ConfigError for what is no address."""
        for name in ("search_url", "site_url", "configurator_url", "mini_url"):
            url = getattr(self, name).rstrip("/")
            object.__setattr__(self, name, url)
            if not is_base_url(url):
                raise ConfigError(f"inventory {name} is no address: {url.rpartition('@')[2][:80]!r}", hint=URL_HINT)

    @classmethod
    def all_at(cls, url: str, *, ca_file: Path | None = None) -> "Endpoints":
        """Return the endpoints of one server that answers for all, such as the emulator."""
        return cls(search_url=url, site_url=url, configurator_url=url, mini_url=url, ca_file=ca_file)

    @property
    def are_bmws(self) -> bool:
        """Whether one of the addresses is BMW's own, and not an emulator's."""
        return has_bmws_domain(map(self.url_of, (SEARCH, SITE, CONFIGURATOR, MINI)))

    def url_of(self, server: str) -> str:
        """Return the address of a server by the name that operations give it."""
        return {
            SEARCH: self.search_url,
            SITE: self.site_url,
            CONFIGURATOR: self.configurator_url,
            MINI: self.mini_url,
        }[server]

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings of every connection; ConfigError when the CA file cannot be used."""
        return trusting(self.ca_file)
