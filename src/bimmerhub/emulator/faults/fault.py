"""What a fault is: one kind of misbehaviour of BMW's cloud, with a name.

Each part of the emulator lists its own faults in `faults.py` of its folder; `emulator/fault_table.py` joins them.
"""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


class Area(StrEnum):
    """Which part of BMW's cloud misbehaves."""

    SIGN_IN = "sign-in"
    REST = "rest"
    STREAM = "stream"
    MESSAGES = "messages"
    PORTAL = "portal"
    REMOTE = "older"
    IREMOTE = "iremote"
    CONNECTEDDRIVE = "connecteddrive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One misbehaviour, seen in the field unless `seen` says otherwise.

    `value` is its strength when none is given (the summary says of what), None: it has none.
    """

    name: str
    area: Area
    summary: str
    seen: str
    value: float | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as the control API and `bimmerhub emulator faults --json` show it."""
        return asdict(self)


FaultTable = Mapping[str, Fault]
"""Faults by name."""


def check_fault_name(name: str, table: FaultTable) -> None:
    """Raise ValueError for a name that no fault of the table has; its words name the nearest one."""
    if name not in table:
        [nearest] = difflib.get_close_matches(name, table, n=1, cutoff=0.0)
        raise ValueError(f"there is no fault named {name!r}; the nearest is {nearest}")
