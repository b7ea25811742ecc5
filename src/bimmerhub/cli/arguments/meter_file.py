"""Reads the CSV of a meter: each line a time (ISO 8601 with zone) and what it had counted then, in kWh."""

import csv
import io
from math import isfinite
from typing import Final

from bimmerhub.errors import ConfigError
from bimmerhub.times import format_time, parse_time

MOST_KWH: Final = 1e9
TIME: Final = "measured_at"
ENERGY: Final = "energy_kwh"


def parse_meter_file(content: bytes) -> list[dict[str, object]]:
    """Return the readings in a file, as the hub takes them; ConfigError names the line that is none.

    The separator may be a semicolon, as spreadsheets write it where decimals have a comma. Of text in other columns
    nothing is read, so that its encoding does not matter.
    """
    text = content.decode("utf-8-sig", errors="replace")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    try:
        if not {TIME, ENERGY} <= set(lines.fieldnames or ()):
            raise ConfigError(f"that is no CSV with the columns {TIME} and {ENERGY}")
        items = [_parse_line(line[TIME], line[ENERGY], lines.line_num) for line in lines]
    except csv.Error as error:
        raise ConfigError(f"line {lines.line_num + 1} is no CSV: {error}") from error
    if not items:
        raise ConfigError("there is no reading in that file")
    return items


def check_energy(kwh: float) -> float:
    """Return what a meter counted; ConfigError for what none can."""
    if not (isfinite(kwh) and 0 <= kwh <= MOST_KWH):
        raise ConfigError(f"no meter counts {kwh:g} kWh")
    return kwh


def _parse_line(time: str, energy: str, number: int) -> dict[str, object]:
    try:
        at_ms = parse_time(time, name=TIME)
        return {TIME: format_time(at_ms), ENERGY: check_energy(float(energy.replace(",", ".")))}
    except ValueError as error:
        raise ConfigError(f"line {number}: {energy[:40]!r} is no number") from error
    except ConfigError as error:
        raise ConfigError(f"line {number}: {error}", hint=error.hint) from error
