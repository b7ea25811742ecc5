"""Where BMW's CarData answers, a hub's table `[bmw]`; all of it can be changed, to reach an emulator.

And where a person's own broker does, to which another program relays BMW's stream.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from bimmerhub.bmw.servers import URL_HINT, has_bmws_domain, is_base_url, is_bmws_domain, is_host, trusting
from bimmerhub.errors import ConfigError

MqttVersion = Literal["5", "3.1.1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of BMW's sign-in, REST and stream. Source: BMW's CarData guide and swagger, 2025.

    Both versions of MQTT were seen to work (observed by clients 2025-2026).
    """

    auth_url: str = "https://customer.bmwgroup.com"
    """Address of the sign-in."""
    api_url: str = "https://api-cardata.bmwgroup.com"
    """Address of the REST API."""
    stream_host: str = "customer.streaming-cardata.bmwgroup.com"
    """Host of the MQTT stream."""
    stream_port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 9000
    """Port of the MQTT stream."""
    ca_file: Path | None = None
    """File with the only CA to trust, for the emulator; without it the system's CAs are trusted."""
    mqtt_version: MqttVersion = "5"
    """MQTT version of the stream. Only with 5 does BMW say why it ends a connection; falls back to 3.1.1 by itself."""

    def __post_init__(self) -> None:
        """Refuse what is no address at once: ConfigError; the libraries below fail at it in ways of their own."""
        for name, is_address in (
            ("bmw.auth_url", is_base_url(self.auth_url)),
            ("bmw.api_url", is_base_url(self.api_url)),
            ("bmw.stream_host", is_host(self.stream_host)),
        ):
            if not is_address:
                hint = "A name or a number, such as 127.0.0.1" if name == "bmw.stream_host" else URL_HINT
                raise ConfigError(
                    f"{name} is no address: {str(getattr(self, name[4:])).rpartition('@')[2][:80]!r}", hint=hint
                )

    @property
    def are_bmws(self) -> bool:
        """Whether one of the addresses is BMW's own, and not an emulator's."""
        return has_bmws_domain((self.auth_url, self.api_url)) or is_bmws_domain(self.stream_host)

    def check_stream(self) -> None:
        """Refuse the stream of BMW's for a sign-in elsewhere, whose tokens BMW does not know: ConfigError."""
        if is_bmws_domain(self.stream_host) and not has_bmws_domain([self.auth_url]):
            raise ConfigError(
                "auth_url in [bmw] is not BMW's, and stream_host is: the stream would be BMW's own",
                hint="Set stream_host, stream_port and ca_file too; the emulator prints them.",
            )

    def other_families_url(self) -> str | None:
        """Return the address that BMW's other interfaces are asked at: an emulator's `api_url`, None for BMW's own.

        ConfigError where only one of `auth_url` and `api_url` is BMW's: nobody can tell where a password would go.
        """
        is_auth_bmws, is_api_bmws = has_bmws_domain([self.auth_url]), has_bmws_domain([self.api_url])
        if is_auth_bmws != is_api_bmws:
            raise ConfigError(
                "of auth_url and api_url in [bmw] one is BMW's and one is not: other interfaces could be at either",
                hint="Set both, or name a host for the account or the site.",
            )
        return None if is_api_bmws else self.api_url

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings of every connection; ConfigError when the CA file cannot be used."""
        return trusting(self.ca_file)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A broker to read from. Messages are below `prefix`, which ends with a slash; without `tls` it is plain text."""

    host: str
    port: int
    tls: bool = False
    ca_file: Path | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    prefix: str = "bmw/"
