"""How much is stored."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFigures:
    """How much is stored, for health, metrics and benchmarks. All but the last are exact.

    `refused` is of all time, also what quarantine no longer keeps; `database_bytes` includes the write-ahead log.
    """

    readings: int
    journal_entries: int
    refused: int
    database_bytes: int


class StoredFigures(Protocol):
    """How much is stored."""

    async def figures(self) -> StoreFigures:
        """Return how much is stored; no table is scanned for it."""
        ...
