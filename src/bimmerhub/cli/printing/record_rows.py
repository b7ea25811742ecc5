"""How a record is shown, a trip or a charge: a line a number, with how it was come by and how far off it may be."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from bimmerhub.cli.printing.output import print_table, show_value

COLUMNS: Final = ("what", "value", "how", "plus or minus")
_UNITS: Final = {
    "_percent": "%",
    "_kwh": "kWh",
    "_kw": "kW",
    "_km": "km",
    "_kmh": "km/h",
    "_kwh_per_100km": "kWh/100 km",
    "_l": "l",
    "_m": "m",
    "_deg": "deg",
    "_s": "s",
}
_TIME: Final = "_at"


class ShownRecord(Protocol):
    """What says of its members how each was come by, and plus or minus how much it is; of times in seconds."""

    @property
    def how(self) -> Mapping[str, str]:
        """Return `measured`, `derived` or `estimated` by the name of a member."""
        ...

    @property
    def band(self) -> Mapping[str, float]:
        """Return plus or minus how much, in the member's own unit, by its name."""
        ...


def print_record(
    record: ShownRecord,
    names: Iterable[str],
    *,
    sources: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
) -> None:
    """Print those members of a record that say something.

    `sources` names who else told one of them, `words` says one of them for a person.
    """
    present = [name for name in names if getattr(record, name) is not None or name in record.how]
    print_table(COLUMNS, [_row(record, name, sources or {}, words or {}) for name in present], empty="")


def _row(record: ShownRecord, name: str, sources: Mapping[str, str], words: Mapping[str, str]) -> tuple[str, ...]:
    unit = next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), None)
    band = record.band.get(name)
    return (
        name,
        words.get(name) or show_value(getattr(record, name), unit),
        sources.get(name) or record.how.get(name, ""),
        "" if band is None else show_value(band, "s" if name.endswith(_TIME) else unit),
    )
