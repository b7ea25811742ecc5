"""BMW's catalogue of 2026-09 in the emulator's own table; retired keys are left out.

Besides the charging states, whose two newest words are of that month, the facts are those of 2025-2026. In the public
list the range of `charging.status` was another key's (observed by clients 2025-2026); here it has the words that are
sent.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueLine:
    """One key as BMW's catalogue lists it; `unit` and `values` are empty where BMW gives none."""

    key: str
    category: str
    datatype: str
    unit: str
    is_streamable: bool
    values: str


@cache
def catalogue_rows() -> tuple[CatalogueLine, ...]:
    """Return the catalogue, sorted by key."""
    text = resources.files("bimmerhub.emulator.cardata").joinpath("catalogue.tsv").read_text("utf-8")
    return tuple(
        CatalogueLine(
            key=row["key"],
            category=row["category"],
            datatype=row["datatype"],
            unit=row["unit"],
            is_streamable=row["streamable"] == "yes",
            values=row["range"],
        )
        for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    )


@cache
def official_keys() -> frozenset[str]:
    """Return every key that BMW's catalogue lists."""
    return frozenset(row.key for row in catalogue_rows())


@cache
def streamable_keys() -> frozenset[str]:
    """Return every key that can be ticked in the portal, and so be streamed (245)."""
    return frozenset(row.key for row in catalogue_rows() if row.is_streamable)
