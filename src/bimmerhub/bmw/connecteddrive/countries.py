"""Which country's portal is meant, out of BMW's list of them. Pure."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlsplit

from bimmerhub.bmw.connecteddrive.endpoints import PORTALS
from bimmerhub.bmw.connecteddrive.models import Country
from bimmerhub.bmw.servers import is_loopback, is_url
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


def choose_country(countries: Iterable[Country], wanted: str) -> Country:
    """Return the country of that name, or the one whose host ends so (`de`, `co.uk`).

    ConfigError when the list has none, and the hint names those that are spelt alike; or when its address is not
    reached by TLS, unless it is on this machine: the token would go there in the clear.
    """
    usable = [country for country in countries if is_url(country.url)]
    word = wanted.strip().casefold()
    for country in usable:
        name = country.name.strip().casefold()
        if word in (name, _ending(country.url), _ENDINGS.get(name)):
            _check_safe(country)
            return country
    names = {country.name.casefold(): country.name for country in usable}
    alike = [names[name] for name in get_close_matches(word, names)]
    raise ConfigError(
        f"the portal has no country {wanted.strip()[:40]!r}",
        hint=f"Did you mean {' or '.join(alike)}?" if alike else f"It has: {', '.join(sorted(names.values()))}.",
    )


def _check_safe(country: Country) -> None:
    parts = urlsplit(country.url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ConfigError(
            f"the list names no safe address for {country.name.strip()[:40]}: {country.url[:80]}",
            hint="A token is sent by https only. Name the portal's address yourself.",
        )


def _ending(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix(PORTALS)
