"""Which country's portal is meant, out of BMW's list of them. Pure."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlsplit

from bimmerhub.bmw.connecteddrive.endpoints import PORTALS, is_bmws_host
from bimmerhub.bmw.connecteddrive.models import Country
from bimmerhub.bmw.servers import is_url
from bimmerhub.domain.hosts import is_loopback
from bimmerhub.errors import ConfigError

_ENDINGS: Final[Mapping[str, str]] = {
    "austria": "at",
    "belgium": "be",
    "france": "fr",
    "germany": "de",
    "italy": "it",
    "netherlands": "nl",
    "poland": "pl",
    "spain": "es",
    "switzerland": "ch",
    "united kingdom": "co.uk",
}
"""How the known hosts of countries end (clients of the portal): an emulator lists its own host for all."""


def choose_country(countries: Iterable[Country], wanted: str, *, countries_url: str = "") -> Country:
    """Return the country of that name, or the one whose host ends so (`de`, `co.uk`).

    ConfigError when the list has none, and the hint names those that are spelt alike; or when its address is none that
    a token may be sent to: one of BMW's hosts or the list's own server (`countries_url`) by TLS, or this machine.
    """
    usable = [country for country in countries if is_url(country.url)]
    word = wanted.strip().casefold()
    for country in usable:
        name = country.name.strip().casefold()
        if word in (name, _ending(country.url), _ENDINGS.get(name)):
            _check_safe(country, countries_url)
            return country
    names = {country.name.casefold(): country.name for country in usable}
    alike = [names[name] for name in get_close_matches(word, names)]
    raise ConfigError(
        f"the portal has no country {wanted.strip()[:40]!r}",
        hint=f"Did you mean {' or '.join(alike)}?" if alike else f"It has: {', '.join(sorted(names.values()))}.",
    )


def _check_safe(country: Country, countries_url: str) -> None:
    parts = urlsplit(country.url)
    host = parts.hostname or ""
    is_theirs = is_bmws_host(host) or parts[:2] == urlsplit(countries_url)[:2]
    if not (parts.scheme == "https" and is_theirs) and not is_loopback(host):
        raise ConfigError(
            f"the list names no safe address for {country.name.strip()[:40]}: {country.url[:80]}",
            hint="A token is sent by https, and to BMW's hosts only. Name the portal's address yourself.",
        )


def _ending(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix(PORTALS)
