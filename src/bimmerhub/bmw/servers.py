"""What every family's addresses have in common: how one must look, and which certificates are trusted behind it."""

import ssl
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bimmerhub.errors import ConfigError
from bimmerhub.files import read_regular_file

BMWS_DOMAINS: Final = (
    ".bmw",
    ".bmw.com.cn",
    ".bmwdealerprograms.com",
    ".bmwgroup.cn",
    ".bmwgroup.com",
    ".bmwgroup.us",
    ".bmwusa.com",
    ".miniusa.com",
)
"""Where BMW's interfaces answered (clients 2014-2026); the portal's countries are in `connecteddrive.endpoints`."""
URL_HINT = "It looks like https://host or http://host:8090"


def is_url(text: str) -> bool:
    """Tell whether it is an address for HTTP, without a user and password in it."""
    try:
        parts = urlsplit(text)
        is_plain = text.isprintable() and "@" not in parts.netloc and parts.port != 0
        return parts.scheme in ("http", "https") and is_plain and is_host(parts.hostname or "")
    except ValueError:  # an odd bracket, a port that is no number
        return False


def is_base_url(text: str) -> bool:
    """Tell whether it is an address that paths can be put behind."""
    return is_url(text) and not any(mark in text for mark in "?#")


def check_path(text: str) -> None:
    """Refuse what is no path of an API: ConfigError."""
    if not text.startswith("/") or text.startswith("//") or not (text.isascii() and text.isprintable()):
        raise ConfigError("this is no path of an API", hint="It begins with one slash and is ASCII: an ä is %C3%A4.")


def split_url(url: str) -> tuple[str, str]:
    """Return the server of an address, as `https://host:port`, and its host alone; ConfigError when it is none."""
    if not is_url(url):
        raise ConfigError(f"this is no address: {url.rpartition('@')[2][:80]!r}", hint=URL_HINT)
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", parts.hostname or ""


def is_host(text: str) -> bool:
    """Tell whether the network can be asked for such a name."""
    try:
        is_plain = text.isprintable() and not any(letter.isspace() or letter in "/@" for letter in text)
        return is_plain and bool(text.encode("idna"))
    except UnicodeError:
        return False


def check_user_agent(text: str | None, *, family: str) -> None:
    """Refuse a name of an app that no header can hold: ConfigError."""
    if text is not None and not (text.isascii() and text.isprintable()):
        raise ConfigError(f"{family} user_agent is nothing that a header can hold", hint="Printable ASCII only.")


def is_bmws_domain(host: str) -> bool:
    """Tell whether a host is in one of `BMWS_DOMAINS`."""
    return f".{host.lower().rstrip('.')}".endswith(BMWS_DOMAINS)


def has_bmws_domain(urls: Iterable[str]) -> bool:
    """Tell whether one of the addresses is at BMW; empty ones are at nobody."""
    return any(is_bmws_domain(urlsplit(url).hostname or "") for url in urls)


@cache
def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return the TLS settings that trust this CA alone, or the system's CAs for None.

    It is the same object for every connection, because one costs close to a megabyte. ConfigError when the file cannot
    be used.
    """
    try:
        if ca_file is not None:
            read_regular_file(ca_file)  # OpenSSL would wait for a pipe
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # of which ssl.SSLError is one
        raise ConfigError(
            f"cannot use the CA file {ca_file}: {error.strerror or error}",
            hint="Set ca_file to a file of PEM certificates",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
