"""BMW's list of today held against our catalogue: what came, what went, what reads otherwise."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from bimmerhub.domain.catalogue.descriptors import CatalogueEntry, CatalogueRow, Category, Datatype
from bimmerhub.domain.no_value import NO_VALUE
from bimmerhub.domain.units import normalise_unit
from bimmerhub.ids import Descriptor

MOST_LIST_BYTES: Final = 2 * 2**20
"""A longer document is not BMW's list: about ten times the list of 2026."""

Field = Literal["datatype", "unit", "category", "streamable", "values"]

_NUMBERS: Final = re.compile(r"u?int\d*|float\d*|double|number|decimal|long|short|integer", re.IGNORECASE)
_NO_WORDS: Final = NO_VALUE | {"SIGNAL_INVALID"}
"""Words of BMW's list that are none of a descriptor's states."""
_NOTE: Final = "Not in this release: taken from BMW's list."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """One row of BMW's list, in BMW's words; None is what it does not tell. `words` are those of a closed list."""

    key: Descriptor
    name: str | None = None
    category: str | None = None
    datatype: str | None = None
    unit: str | None = None
    words: tuple[str, ...] = ()
    is_streamable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of a descriptor that BMW lists with other content; of `values`, `is_now` has the words that are new."""

    key: Descriptor
    field: Field
    was: str
    is_now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What BMW's list has that the catalogue has not (in the order of the list), and the other way round."""

    added: tuple[ListedKey, ...]
    gone: tuple[CatalogueEntry, ...]
    changed: tuple[Change, ...]


def compare_catalogue(listed: Iterable[ListedKey], catalogue: Mapping[Descriptor, CatalogueEntry]) -> Differences:
    """Return how a list differs from a catalogue. Retired keys may be gone; what a list leaves blank is no change."""
    by_key = {row.key: row for row in listed}
    return Differences(
        added=tuple(row for row in by_key.values() if row.key not in catalogue),
        gone=tuple(entry for entry in catalogue.values() if entry.key not in by_key and not entry.retired),
        changed=tuple(
            change
            for row in by_key.values()
            if (entry := catalogue.get(row.key)) is not None
            for change in _changes(row, entry)
        ),
    )


def make_row(listed: ListedKey) -> CatalogueRow:
    """Return what the catalogue can hold of a key that only BMW's list tells of."""
    datatype = _datatype(listed)
    category = listed.category if listed.category in get_args(Category) else "OTHER"
    title = listed.name or listed.key.removeprefix("vehicle.")
    return CatalogueRow(
        key=listed.key,
        title=title,
        title_de=title,
        category=cast("Category", category),
        datatype=datatype,
        vendor_datatype=listed.datatype,
        unit=normalise_unit(listed.unit) if datatype == "number" else None,
        values=[word for word in listed.words if word.upper() not in _NO_WORDS] if datatype == "text" else [],
        streamable=listed.is_streamable is not False,
        endpoint="basicData" if category == "BASIC_DATA" else "telematicData",
        drivetrains=[],
        note=_NOTE,
    )


def _changes(row: ListedKey, entry: CatalogueEntry) -> Iterable[Change]:
    pairs: list[tuple[Field, str | None, str | None]] = [
        ("datatype", entry.vendor_datatype, row.datatype),
        ("unit", entry.unit, normalise_unit(row.unit)),
        ("category", entry.category, None if entry.category == "OTHER" else row.category),
        ("streamable", _yes(entry.streamable), None if row.is_streamable is None else _yes(row.is_streamable)),
    ]
    for field, was, is_now in pairs:
        if is_now is not None and is_now != was:
            yield Change(key=row.key, field=field, was=was or "-", is_now=is_now)
    listed_before = {*entry.values, *entry.listed_values, *_NO_WORDS}
    words = [word for word in row.words if word.upper() not in listed_before] if entry.values else []
    if words:
        yield Change(key=row.key, field="values", was=", ".join(entry.values), is_now=", ".join(words))


def _datatype(listed: ListedKey) -> Datatype:
    word = (listed.datatype or "").strip().lower()
    if word in {"bool", "boolean"}:
        return "bool"
    if _NUMBERS.fullmatch(word):
        return "number"
    return "number" if not word and normalise_unit(listed.unit) is not None else "text"


def _yes(is_so: bool) -> str:  # noqa: FBT001 - what it says
    return "yes" if is_so else "no"
