"""Where BMW's CarData answers; every address and the trusted CA can be changed, to reach an emulator."""

import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from bimmerhub.bmw.mqtt import MqttVersion
from bimmerhub.errors import ConfigError


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
            ("bmw.stream_host", _is_host(self.stream_host)),
        ):
            if not is_address:
                hint = "A name or a number, such as 127.0.0.1" if name == "bmw.stream_host" else URL_HINT
                raise ConfigError(f"{name} is no address: {str(getattr(self, name[4:]))[:80]!r}", hint=hint)

    def ssl_context(self) -> ssl.SSLContext:
        """Return the TLS settings, the same object for every connection: one costs close to a megabyte.

        ConfigError when the CA file cannot be used.
        """
        return _ssl_context(self.ca_file)


URL_HINT = "It looks like https://host or http://host:8090"


def is_url(text: str) -> bool:
    """Tell whether it is an address for HTTP."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and parts.port != 0 and _is_host(parts.hostname or "")
    except ValueError:  # an odd bracket, a port that is no number
        return False


def _is_host(text: str) -> bool:
    """Tell whether the network can be asked for such a name."""
    try:
        return bool(text.encode("idna")) and not any(each.isspace() or each == "/" for each in text)
    except UnicodeError:
        return False


@cache
def _ssl_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"cannot use the CA file {ca_file}: {error}", hint="Set bmw.ca_file to a file of PEM certificates"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
