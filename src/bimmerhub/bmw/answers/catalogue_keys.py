"""The keys of a family's catalogue: what becomes a reading, with its type, its unit and its meaning. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from bimmerhub.bmw.answers.field_values import FieldType
from bimmerhub.ids import Descriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueKey:
    """One key. `unit` is the one that readings are stored in; `no_signal` is None for a key that feeds a signal.

    A document is a JSON array, mostly in the shape of CarData's, for the readers of `domain.signals.conditions`.
    A part (a door, a window, a roof) that says INVALID is one that the car does not have: there is no reading of it.
    """

    key: str
    datatype: FieldType
    title: str
    unit: str | None = None
    no_signal: str | None = None
    is_part: bool = False


def number_key(key: str, unit: str | None, title: str, no_signal: str | None = None) -> CatalogueKey:
    """Return the key of a number."""
    return CatalogueKey(key=key, datatype="number", unit=unit, title=title, no_signal=no_signal)


def text_key(key: str, title: str, no_signal: str | None = None) -> CatalogueKey:
    """Return the key of a text."""
    return CatalogueKey(key=key, datatype="text", title=title, no_signal=no_signal)


def part_key(key: str, title: str, no_signal: str | None = None) -> CatalogueKey:
    """Return the key of the state of a part, which is a text."""
    return CatalogueKey(key=key, datatype="text", title=title, no_signal=no_signal, is_part=True)


def bool_key(key: str, title: str, no_signal: str | None = None) -> CatalogueKey:
    """Return the key of a yes or no."""
    return CatalogueKey(key=key, datatype="bool", title=title, no_signal=no_signal)


def document_key(key: str, title: str, no_signal: str | None = None) -> CatalogueKey:
    """Return the key of a document."""
    return CatalogueKey(key=key, datatype="document", title=title, no_signal=no_signal)


def to_catalogue(prefix: str, keys: Iterable[CatalogueKey]) -> dict[Descriptor, CatalogueKey]:
    """Return the keys by the descriptors of their readings, which begin with the family's prefix."""
    return {Descriptor(prefix + key.key): key for key in keys}
