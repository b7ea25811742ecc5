"""The rows of the archive's list of keys: one value each, and what the archive's faults make of it."""

import zlib
from dataclasses import dataclass

from bimmerhub.emulator.cardata.voice.oddities import in_odd_unit

_KEY = "telematicKeyName"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOddities:
    """How one archive is odd; shares are 0 to 1. Which rows they strike is the same for a key each time."""

    keyless_share: float = 0.0
    null_share: float = 0.0
    has_odd_units: bool = False

    def apply(self, key: str, row: dict[str, str]) -> dict[str, str]:
        """Return the row of a key as it stands in the archive, its parts by the name of their tag."""
        changed = dict(row)
        if self.has_odd_units:
            value, unit = in_odd_unit(row["value"], row["unit"])
            changed |= {"value": str(value), "unit": unit or ""}
        if _place("null", key) < self.null_share:
            changed["value"] = "null"
        if _place("key", key) < self.keyless_share:
            del changed[_KEY]
        return changed


def _place(purpose: str, key: str) -> float:
    return zlib.crc32(f"{purpose} {key}".encode()) / 2**32
