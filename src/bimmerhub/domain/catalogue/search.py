"""Finding descriptors: by words of their key and titles in either language, by what people call things, by filters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, Category, Drivetrain, Endpoint

_SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "soc": ("charge level",),
    "akkustand": ("charge level",),
    "ladestand": ("charge level",),
    "soh": ("battery health",),
    "mileage": ("odometer",),
    "kilometerstand": ("odometer",),
    "gps": ("position", "gps"),
    "location": ("position",),
    "tire": ("tyre",),
    "tyre": ("tire",),
    "gas": ("fuel",),
    "petrol": ("fuel",),
    "ac": ("climate", "ac "),
    "bonnet": ("hood",),
    "boot": ("trunk",),
}
"""What people call a thing, and the words that titles have for it."""

_WHOLE_TITLE, _START_OF_TITLE, _IN_TITLE, _IN_KEY = range(4)


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

    A title that is just the words comes first, then titles that begin with them, that hold them, and keys that do;
    among equals what is streamed, then by key. No words give every entry that the filter lets through, by key.
    """
    meant = [(word, *_SAME.get(word, ())) for word in words.casefold().split()]
    ranked = [
        (_rank(entry, meant), not entry.streamable, entry.key, entry)
        for entry in entries
        if (wanted is None or wanted.lets_through(entry)) and _holds(entry, meant)
    ]
    return [entry for *_, entry in sorted(ranked, key=lambda row: row[:3] if meant else row[2])]


def _holds(entry: CatalogueEntry, meant: Sequence[Sequence[str]]) -> bool:
    text = f"{entry.key} {entry.title} {entry.title_de}".casefold()
    return all(any(word in text for word in words) for words in meant)


def _rank(entry: CatalogueEntry, meant: Sequence[Sequence[str]]) -> int:
    if not meant:
        return _WHOLE_TITLE
    titles = (entry.title.casefold(), entry.title_de.casefold())
    phrases = (" ".join(words[0] for words in meant), " ".join(words[-1] for words in meant))
    if any(title in phrases for title in titles):
        return _WHOLE_TITLE
    if any(title.startswith(phrases) for title in titles):
        return _START_OF_TITLE
    if all(any(word in title for title in titles for word in words) for words in meant):
        return _IN_TITLE
    return _IN_KEY
