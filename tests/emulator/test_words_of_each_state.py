"""Each family of BMW's services has a word for everything that a part of a car can be."""

import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum
from importlib import import_module

import bimmerhub.emulator
from bimmerhub.emulator.cars import states
from bimmerhub.emulator.cars.last_state import ReportReason
from bimmerhub.emulator.remote.desk import EventState

KINDS = {kind for kind in vars(states).values() if isinstance(kind, type) and issubclass(kind, Enum)}
SPEAKERS = ("cardata.voice", "iremote", "connecteddrive", "mybmw", "mygarage")


def tables() -> Iterator[tuple[str, type[Enum], Mapping[Enum, object]]]:
    """Yield every table of words by a closed set, with its name."""
    for info in pkgutil.walk_packages(bimmerhub.emulator.__path__, "bimmerhub.emulator."):
        if not info.name.removeprefix("bimmerhub.emulator.").startswith(SPEAKERS):
            continue
        for name, value in vars(import_module(info.name)).items():
            kinds = {type(key) for key in value} if isinstance(value, Mapping) else set()
            if len(kinds) == 1 and kinds <= {*KINDS, ReportReason, EventState}:
                yield f"{info.name}.{name}", next(iter(kinds)), value


def test_no_table_lacks_a_word() -> None:
    found = list(tables())
    assert len(found) > 20
    lacking = {name: set(kind) - table.keys() for name, kind, table in found if set(kind) - table.keys()}
    assert lacking == {}
