"""Whether a file that does not open as it should is a damaged database of ours, and of which schema."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from typing import Final

from bimmerhub.store.sqlite.database.connection import APPLICATION_ID
from bimmerhub.store.sqlite.database.vehicle_keys import add_vehicle_key
from bimmerhub.store.sqlite.database.versions import NUMBER_TABLE, newest_version, scripts
from bimmerhub.store.sqlite.salvage.placing import Placer
from bimmerhub.store.sqlite.salvage.raw_file import MAGIC, RawFile, is_new
from bimmerhub.store.sqlite.salvage.shapes import TreeShape, load_shapes

NEWER_AT_MOST: Final = 200
"""A number of a schema so much larger than the newest is a newer program's; a larger one is damaged."""
ENOUGH_TABLES: Final = 5
"""A file in which so many of our tables are named is ours, whatever its header says."""


def schema_of(file: RawFile) -> int | None:
    """Return the number of the schema of a damaged database, also a newer program's; None when it is none of ours."""
    shapes = shapes_of(newest_version())
    placer = Placer(file, shapes)
    roots = placer.roots()
    is_ours = len(roots.keys() & shapes.keys()) >= ENOUGH_TABLES
    header = file.page(1)[:100] or file.header
    has_header = header[:16] == MAGIC and int.from_bytes(header[68:72]) == APPLICATION_ID
    if not (is_ours or has_header or is_blank(file)):
        return None
    stated = int.from_bytes(header[60:64]) if has_header else 0
    noted = placer.find_number(roots, NUMBER_TABLE)
    newer = [one for one in (stated, noted or 0) if newest_version() < one <= newest_version() + NEWER_AT_MOST]
    if newer:
        return newer[0]
    version = next((number for number in (noted, stated) if number is not None and number in scripts()), 0)
    return version or max(scripts(), key=lambda number: (_likeness(set(roots), _names_of(number)), number))


def is_blank(file: RawFile) -> bool:
    """Tell whether the file holds nothing at all: it is empty, zeros only, or as SQLite makes one."""
    if file.pages == 1 and is_new(file.page(1)):
        return True
    return not any(any(file.page(number)) for number in range(1, file.pages + 1)) and not any(file.header)


def shapes_of(version: int) -> Mapping[str, TreeShape]:
    """Return the shapes of all tables and indexes of a schema."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        build_schema(connection, to=version)
        return load_shapes(connection)


def build_schema(connection: sqlite3.Connection, *, after: int = 0, to: int) -> None:
    """Run the scripts of the versions behind `after`, up to `to`."""
    add_vehicle_key(connection)
    for version, script in scripts().items():
        if after < version <= to:
            connection.executescript(script)


@cache
def _names_of(version: int) -> frozenset[str]:
    return frozenset(shapes_of(version))


def _likeness(names: set[str], others: frozenset[str]) -> float:
    return len(names & others) / max(1, len(names | others))
