"""Time tables of faults: a file or an option in, switches out.

A table is TOML, with one `[[fault]]` a row, or NDJSON, with one object a line; the members are those of a switch:
`name`, and if wanted `value`, `times`, `from` and `until`. Times are ISO 8601 with a zone, or relative to the
emulator's start: "+90s", "+2h", "+1d12h".
"""

import json
import re
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from bimmerhub.emulator.faults.fault import FaultTable, check_fault_name, check_fault_value
from bimmerhub.emulator.faults.switches import FaultSwitch, check_switch
from bimmerhub.errors import ConfigError
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_UNIT_MS = {"s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_RELATIVE = re.compile(rf"\+(?:{_PART.pattern})+")


class _TableRow(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str
    value: float | None = None
    times: int | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    until: str | None = None


def load_fault_table(path: Path, *, start_ms: int, table: FaultTable) -> tuple[FaultSwitch, ...]:
    """Return the switches of a time table; its names are those of the faults in `table`.

    `start_ms` is what relative times count from (milliseconds since 1970 UTC). ConfigError when the file cannot be
    read, is neither kind of table, or a row is wrong; its words name the row.
    """
    try:
        rows = _read_rows(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the fault table {path}: {error.strerror}", hint="Name another file.") from error
    except ValueError as error:  # what is not UTF-8, TOML or JSON
        raise ConfigError(
            f"{path} is neither a TOML nor an NDJSON table of faults: {error}",
            hint="docs/reference/emulator.md shows both.",
        ) from error
    switches = []
    for number, row in enumerate(rows, start=1):
        try:
            switches.append(_to_switch(msgspec.convert(msgspec.to_builtins(row), _TableRow), table, start_ms))
        except ValueError as error:
            raise ConfigError(
                f"{path}, fault {number}: {error}", hint="docs/reference/emulator.md shows a table."
            ) from error
    return tuple(switches)


def parse_fault_option(text: str, table: FaultTable) -> FaultSwitch:
    """Return the switch that NAME or NAME=VALUE means; ConfigError for no fault, or no VALUE of it."""
    name, equals, value = text.partition("=")
    try:
        check_fault_name(name, table)
    except ValueError as error:
        raise ConfigError(str(error), hint="`bimmerhub emulator faults` lists them all.") from error
    try:
        strength = float(value) if equals else None
    except ValueError as error:
        raise ConfigError(f"{value!r} is no value for the fault {name}", hint=f"Write a number: {name}=2.") from error
    try:
        check_fault_value(name, strength, table)
    except ValueError as error:
        raise ConfigError(str(error), hint="`bimmerhub emulator faults` says what each value is.") from error
    return FaultSwitch(name=name, value=strength)


def _read_rows(text: str) -> Sequence[object]:
    if text.lstrip().startswith("{"):
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    table = tomllib.loads(text)
    rows = table.get("fault", [])
    if table.keys() - {"fault"} or not isinstance(rows, list):
        raise ValueError("a TOML table has [[fault]] and nothing else")
    return rows


def _to_switch(row: _TableRow, table: FaultTable, start_ms: int) -> FaultSwitch:
    switch = FaultSwitch(
        name=row.name,
        value=row.value,
        times=row.times,
        from_ms=_time_ms(row.from_, start_ms),
        until_ms=_time_ms(row.until, start_ms),
    )
    check_switch(switch, table)
    return switch


def _time_ms(given: str | None, start_ms: int) -> int | None:
    if given is None:
        return None
    if _RELATIVE.fullmatch(given):
        return start_ms + round(sum(float(number) * _UNIT_MS[unit] for number, unit in _PART.findall(given)))
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise ValueError(f"{given!r} is neither a time nor a time from the start, like +2h") from None
    if at.tzinfo is None:
        raise ValueError(f"{given!r} has no zone; write it like 2026-07-27T12:00:00Z")
    return round(at.timestamp() * 1000)
