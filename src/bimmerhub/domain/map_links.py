"""A place as people pass it on: a `geo:` link, a link to a map, or two numbers; in degrees (WGS 84). Pure."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bimmerhub.errors import ConfigError

_NUMBER = r"[-+]?\d{1,3}(?:\.\d+)?"
_PAIR = re.compile(rf"({_NUMBER})\s*,\s*({_NUMBER})")
_AT = re.compile(rf"@({_NUMBER}),({_NUMBER})")
_PIN = re.compile(rf"!3d({_NUMBER})!4d({_NUMBER})")
_OSM_MAP = re.compile(rf"map=\d+/({_NUMBER})/({_NUMBER})")
_PAIR_QUERIES = ("q", "query", "ll", "daddr", "destination", "sll", "center")
PLACE_HELP = "geo:48.137,11.575, a link to a map with a position in it, or 48.137,11.575."


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPlace:
    """Where a link points to."""

    latitude_deg: float
    longitude_deg: float
    name: str | None = None


def parse_place(text: str) -> LinkedPlace:
    """Return the place that a text names; ConfigError when there is none in it.

    Understood: `geo:` (RFC 5870, also with `q=`), OpenStreetMap (`mlat`, `mlon`; `#map=`), Google Maps and Apple Maps
    (`q`, `ll`, `daddr`, `@lat,lon`, a pin's `!3d…!4d…`), and a bare pair of numbers. A short link says nothing by
    itself, and is not opened.
    """
    link = urlsplit(text.strip())
    query = {name: values[0] for name, values in parse_qs(link.query).items()}
    for latitude, longitude in _pairs(text.strip(), query):
        if abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0.0, 0.0):  # noqa: PLR2004 - degrees
            return LinkedPlace(latitude_deg=latitude, longitude_deg=longitude, name=_name_in(query))
    raise ConfigError(f"there is no place in {text[:80]!r}", hint=f"Write {PLACE_HELP}")


def _pairs(text: str, query: dict[str, str]) -> list[tuple[float, float]]:
    """Return the pairs of numbers that a text holds, the surest first."""
    matches = []
    if "mlat" in query and "mlon" in query:
        matches.append(_PAIR.fullmatch(f"{query['mlat']},{query['mlon']}"))
    matches += [_PAIR.match(query[name]) for name in _PAIR_QUERIES if name in query]
    matches.append(_PAIR.match(text.removeprefix("geo:")))
    matches += [pattern.search(text) for pattern in (_PIN, _AT, _OSM_MAP)]
    return [(float(match[1]), float(match[2])) for match in matches if match is not None]


def _name_in(query: dict[str, str]) -> str | None:
    """Return the name of a link: `geo:0,0?q=48.1,11.5(Name)`, or a `q` that is no position."""
    text = query.get("q", "")
    label = re.search(r"\(([^)]+)\)", text)
    if label is not None:
        return label[1]
    return text if text and _PAIR.match(text) is None else None
