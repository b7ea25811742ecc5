"""Where the MyBMW app's interface answers, and the app that one calls oneself. All of it can be changed.

Since 2025-09-26 BMW answers programs that are not its app with `Blocked`; an emulator answers as before. Nothing of
BMW's is shipped: what tells the app apart is the user's own setting (`App` says where one finds it).
Sources: the public HTTP collection of 2023, clients 2021-2025, stored answers.
"""

import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import uuid4

from bimmerhub.bmw.servers import URL_HINT, check_user_agent, has_bmws_domain, is_base_url, trusting
from bimmerhub.errors import ConfigError


class Region(StrEnum):
    """Where a user's account lives; each region has users of its own."""

    REST_OF_WORLD = "row"
    NORTH_AMERICA = "na"
    CHINA = "cn"


HOSTS: Final = {
    Region.REST_OF_WORLD: "https://cocoapi.bmwgroup.com",
    Region.NORTH_AMERICA: "https://cocoapi.bmwgroup.us",
    Region.CHINA: "https://myprofile.bmw.com.cn",
}


class BrandApp(StrEnum):
    """The brand whose app one is: BMW lists the cars of that brand only. Toyota's is the Supra."""

    BMW = "bmw"
    MINI = "mini"
    ROLLS_ROYCE = "rolls-royce"
    TOYOTA = "toyota"


class Generation(StrEnum):
    """The version of BMW's vehicle list; state, commands and sessions have the version of the same years."""

    V1 = "v1"
    """2021-08 to 2022-06."""
    V2 = "v2"
    """2022-06 to 2023-01."""
    V4 = "v4"
    """2023-01 to 2024-02."""
    V5 = "v5"
    """Since 2024-02."""


def _new_id() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The app that one calls oneself: the user's own settings, for BMW's are not shipped. The emulator takes any.

    BMW counts calls, and blocks, by build and version: a build that many share runs out of quota.
    Where a user finds them: in the requests of the app on one's own phone, as a proxy of one's own shows them, or in
    the settings of the program that is to be replaced (`.env` of the public HTTP collection: ocp-apim-subscription-key;
    its header x-user-agent is `android(BUILD);brand;VERSION;region`).
    """

    subscription_key: str | None = field(default=None, repr=False)
    """Key of the region's gateway (header ocp-apim-subscription-key); China has none."""
    version: str | None = None
    """Version of the app, shaped as `1.2.3(4567)`."""
    build: str | None = None
    """Build of the phone's system, shaped as `AB1C.123456.789`; best one of one's own."""
    user_agent: str | None = None
    """How the app's HTTP library calls itself (header user-agent), shaped as `Dart/3.3 (dart:io)`."""
    session_id: str = field(default_factory=_new_id)
    """Names this installation to BMW; keep it with the tokens, and make a new one after 14 days. Fresh by default."""
    device_id: str = field(default_factory=_new_id)
    """Names this device to BMW's sign-in in China."""

    def __post_init__(self) -> None:
        """Refuse what no header can hold: ConfigError."""
        for name in ("subscription_key", "version", "build", "session_id", "device_id"):
            text = getattr(self, name)
            if text is not None and (not text or ";" in text or not (text.isascii() and text.isprintable())):
                raise ConfigError(f"mybmw {name} is nothing that a header can hold", hint="Printable ASCII, no `;`.")
        check_user_agent(self.user_agent, family="mybmw")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of the app's interface, and what is asked there. Empty addresses are those of the region."""

    region: Region = Region.REST_OF_WORLD
    """Where the account lives: row, na or cn."""
    api_url: str = ""
    """Address of the API."""
    auth_url: str = ""
    """Address of the sign-in, where it is not the one that BMW's OAuth Config names."""
    brands: tuple[BrandApp, ...] = (BrandApp.BMW, BrandApp.MINI)
    """Whose cars are asked for; one call each."""
    generation: Generation = Generation.V5
    """The version of the interface."""
    language: str = "en"
    """Language of the texts in answers, such as `de-DE`."""
    ca_file: Path | None = None
    """File with the only CA to trust, for the emulator; without it the system's CAs are trusted."""
    app: App = field(default_factory=App)

    def __post_init__(self) -> None:
        """Fill in what is usual for the region; ConfigError for what is no address, or no brand at all."""
        object.__setattr__(self, "api_url", (self.api_url or HOSTS[self.region]).rstrip("/"))
        object.__setattr__(self, "auth_url", self.auth_url.rstrip("/"))
        for name in ("api_url", "auth_url"):
            url = getattr(self, name)
            if url and not is_base_url(url):
                raise ConfigError(f"mybmw {name} is no address: {url.rpartition('@')[2][:80]!r}", hint=URL_HINT)
        if not self.brands:
            raise ConfigError("mybmw has no brand to ask for", hint="Brands: bmw, mini, rolls-royce, toyota.")
        check_user_agent(self.language, family="mybmw")

    @property
    def are_bmws(self) -> bool:
        """Whether one of the addresses is BMW's own, and not an emulator's."""
        return has_bmws_domain((self.api_url, self.auth_url))

    def app_name(self, brand: BrandApp | None = None) -> str:
        """Return the value of the header x-user-agent for a brand; ConfigError when version or build is not set.

        The apps of version 1 did not name the region.
        """
        app = self.app
        if app.version is None or app.build is None:
            raise ConfigError(
                "the MyBMW app's interface needs the version and build of an app to call itself",
                hint="They are your settings, and BMW's are not shipped: see the header x-user-agent of your own app. "
                "For the emulator any will do.",
            )
        parts = [f"android({app.build})", brand or self.brands[0], app.version, self.region]
        return ";".join(parts[:3] if self.generation is Generation.V1 else parts)

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings of every connection; ConfigError when the CA file cannot be used."""
        return trusting(self.ca_file)
