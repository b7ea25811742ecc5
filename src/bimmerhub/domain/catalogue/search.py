"""Finding descriptors: by words of their key and titles in either language, by what people call things, by filters."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, Category, Drivetrain, Endpoint

_SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "soc": ("charge level",),
    "akkustand": ("charge level",),
    "ladestand": ("charge level",),
    "ladezustand": ("charge level",),
    "soh": ("battery health",),
    "mileage": ("odometer",),
    "kilometerstand": ("odometer",),
    "gps": ("position latitude", "position longitude"),
    "location": ("position latitude", "position longitude"),
    "tire": ("tyre",),
    "tyre": ("tire",),
    "gas": ("fuel",),
    "petrol": ("fuel",),
    "ac": ("climate",),
    "bonnet": ("hood",),
    "boot": ("trunk",),
}
"""What people call a thing, and the words that titles have for it."""

_SHORT: Final = 3
"""Words of so few letters are in many others (ac in track and back): they must stand by themselves."""
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a word of a key such as acVoltage ends and the next begins."""

_WHOLE_TITLE, _START_AS_ASKED, _START_OF_TITLE, _IN_TITLE, _IN_KEY = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueFilter:
    """Which entries are wanted; None does not ask."""

    is_streamable: bool | None = None
    category: Category | None = None
    drivetrain: Drivetrain | None = None
    endpoint: Endpoint | None = None

    def lets_through(self, entry: CatalogueEntry) -> bool:
        """Tell whether the entry is wanted."""
        return (
            self.is_streamable in {None, entry.streamable}
            and self.category in {None, entry.category}
            and (self.drivetrain is None or self.drivetrain in entry.drivetrains)
            and self.endpoint in {None, entry.endpoint}
        )


def search_catalogue(
    entries: Iterable[CatalogueEntry], words: str, wanted: CatalogueFilter | None = None
) -> list[CatalogueEntry]:
    """Return the entries that hold every one of the `words` in key or title (case ignored), the best first.

    Words of up to three letters must stand by themselves, longer ones may be parts of others. A title that is just the
    words comes first, then titles that begin with them, that hold them, and keys that do; among equals what is
    streamed, then by key. What neither the stream nor telematicData gives comes last. No words give every entry that
    the filter lets through, by key.
    """
    meant = [(word, *_SAME.get(word, ())) for word in words.casefold().split()]
    ranked = [
        (_is_elsewhere(entry), _rank(entry, meant), not entry.streamable, entry.key, entry)
        for entry in entries
        if (wanted is None or wanted.lets_through(entry)) and _holds(entry, meant)
    ]
    return [entry for *_, entry in sorted(ranked, key=lambda row: row[:4] if meant else row[3])]


def _is_elsewhere(entry: CatalogueEntry) -> bool:
    return not entry.streamable and entry.endpoint != "telematicData"


def _holds(entry: CatalogueEntry, meant: Sequence[Sequence[str]]) -> bool:
    text = f"{entry.key} {_HUMP.sub(' ', entry.key)} {entry.title} {entry.title_de}".casefold()
    by_themselves = set(re.split(r"[^\w]+", text))
    return all(any(word in (by_themselves if len(word) <= _SHORT else text) for word in words) for words in meant)


def _rank(entry: CatalogueEntry, meant: Sequence[Sequence[str]]) -> int:
    if not meant:
        return _WHOLE_TITLE
    titles = (entry.title.casefold(), entry.title_de.casefold())
    asked, *_, last = phrases = _phrases(meant)
    if any(title in phrases for title in titles):
        return _WHOLE_TITLE
    if any(title.startswith(asked) for title in titles):
        return _START_AS_ASKED
    if any(title.startswith(last) for title in titles):
        return _START_OF_TITLE
    if all(any(word in title for title in titles for word in words) for words in meant):
        return _IN_TITLE
    return _IN_KEY


def _phrases(meant: Sequence[Sequence[str]]) -> Sequence[str]:
    """Return what was asked for, and how titles say it, at least two."""
    if len(meant) == 1:
        return [*meant[0], meant[0][-1]]
    return [" ".join(words[0] for words in meant), " ".join(words[-1] for words in meant)]
