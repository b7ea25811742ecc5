"""What a fault is: one kind of misbehaviour of BMW's cloud, with a name.

Each part of the emulator lists its own faults in `faults.py` of its folder; `emulator/fault_table.py` joins them.
"""

import difflib
import math
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
    MYGARAGE = "mygarage"
    INVENTORY = "inventory"
    MYBMW = "mybmw"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultValues:
    """Which strengths a fault can have: from `least` to `most`, whole or not, or one of `choices` if there are any."""

    least: float = 0.0
    most: float = 1_000_000.0
    is_whole: bool = False
    choices: tuple[float, ...] = ()

    def __str__(self) -> str:
        """Say it in words."""
        if self.choices:
            *others, last = (f"{choice:g}" for choice in self.choices)
            return f"{', '.join(others)} or {last}"
        kind = "a whole number" if self.is_whole else "a number"
        return f"{kind} from {self.least:,g} to {self.most:,.0f}"

    def allow(self, value: float) -> bool:
        """Tell whether a strength is one of them."""
        if self.choices:
            return value in self.choices
        return self.least <= value <= self.most and (not self.is_whole or math.floor(value) == value)


AMOUNT = FaultValues()
"""Of seconds, minutes, kilometres."""
SHARE = FaultValues(most=1.0)
COUNT = FaultValues(is_whole=True)
ORDINAL = FaultValues(least=1.0, is_whole=True)
"""The first one is 1."""
PACE = FaultValues(least=0.01)
"""Seconds from one time to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One misbehaviour, seen in the field unless `seen` says otherwise.

    `value` is its strength when none is given (the summary says of what), None: it has none. `values` are all that it
    can be.
    """

    name: str
    area: Area
    summary: str
    seen: str
    value: float | None = None
    values: FaultValues = AMOUNT

    def to_json(self) -> dict[str, object]:
        """Return it as the control API and `bimmerhub emulator faults --json` show it."""
        fields = asdict(self)
        return fields if self.value is not None else {**fields, "values": None}


FaultTable = Mapping[str, Fault]
"""Faults by name."""


def check_fault_name(name: str, table: FaultTable) -> None:
    """Raise ValueError for a name that no fault of the table has; its words name the nearest one."""
    if name not in table:
        [nearest] = difflib.get_close_matches(name, table, n=1, cutoff=0.0)
        raise ValueError(f"there is no fault named {name!r}; the nearest is {nearest}")


def check_fault_value(name: str, value: float | None, table: FaultTable) -> None:
    """Raise ValueError in words for a strength that a fault cannot have; None is that of the table."""
    fault = table[name]
    if value is None:
        return
    if fault.value is None:
        raise ValueError(f"the fault {name} has no value")
    if not fault.values.allow(value):
        raise ValueError(f"{value:g} is no value for the fault {name}, which is {fault.values}")
