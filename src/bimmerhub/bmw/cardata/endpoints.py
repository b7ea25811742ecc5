"""Where BMW's CarData answers; every address and the trusted CA can be changed, to reach an emulator."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bimmerhub.bmw.servers import URL_HINT, is_host, is_url, trusting
from bimmerhub.errors import ConfigError

MqttVersion = Literal["5", "3.1.1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The addresses of BMW's sign-in, REST and stream. Source: BMW's CarData guide and swagger, 2025.

    `ca_file` names the only CA to trust; None trusts the system's. `mqtt_version` is what the stream is asked for: with
    "5" BMW's reasons for ending a connection arrive, and a stream that does not take it is asked for "3.1.1" by itself;
    both were seen to work (observed by clients 2025-2026).
    """

    auth_url: str = "https://customer.bmwgroup.com"
    api_url: str = "https://api-cardata.bmwgroup.com"
    stream_host: str = "customer.streaming-cardata.bmwgroup.com"
    stream_port: int = 9000
    ca_file: Path | None = None
    mqtt_version: MqttVersion = "5"

    def __post_init__(self) -> None:
        """Refuse what is no address at once: ConfigError; the libraries below fail at it in ways of their own."""
        for name, is_address in (
            ("bmw.auth_url", is_url(self.auth_url)),
            ("bmw.api_url", is_url(self.api_url)),
            ("bmw.stream_host", is_host(self.stream_host)),
        ):
            if not is_address:
                hint = "A name or a number, such as 127.0.0.1" if name == "bmw.stream_host" else URL_HINT
                raise ConfigError(f"{name} is no address: {str(getattr(self, name[4:]))[:80]!r}", hint=hint)

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings of every connection; ConfigError when the CA file cannot be used."""
        return trusting(self.ca_file)
