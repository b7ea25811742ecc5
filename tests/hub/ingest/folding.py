"""A fold to try the derivation with, readings for it, and what a store holds of records. Imports no other test."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bimmerhub.domain.folds.fold import FoldEvent, Record, Step
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import DAY_MS, HOUR_MS

LEVEL = Descriptor("test.level")
OTHER = Descriptor("test.other")
VIN = Vin("WBA00000000000001")
START_MS = 20_661 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch in which the level stayed at or above the limit: its values in order."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchState:
    start_at_ms: int | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchFold:
    """Records of the stretches in which a level is not below `limit`; it depends on the order of everything."""

    name: str = "stretches"
    version: int = 1
    limit: int = 5
    silence_ms: int = 10_000 * DAY_MS
    descriptors: tuple[Descriptor, ...] = (LEVEL, OTHER)
    initial: StretchState = StretchState()

    def step(self, state: StretchState, reading: Reading) -> Step[StretchState]:
        value = reading.value
        is_low = reading.descriptor == LEVEL and isinstance(value, int) and value < self.limit
        if not is_low:
            start_at_ms = reading.measured_at_ms if state.start_at_ms is None else state.start_at_ms
            return Step(state=replace(state, start_at_ms=start_at_ms, values=(*state.values, repr(value))))
        if state.start_at_ms is None:
            return Step(state=state)
        cause = f"{self.name} {reading.vin} {state.start_at_ms}"
        event = FoldEvent(kind="ended", cause=cause, at_ms=reading.measured_at_ms, body=value)
        return Step(state=self.initial, records=self._records(state, reading.measured_at_ms), events=(event,))

    def is_at_rest(self, state: StretchState, next_ms: int) -> bool:
        return state.start_at_ms is None and next_ms > 0

    def open_records(self, state: StretchState, now_ms: int) -> Sequence[Record]:
        """Return the stretch under way; it ends where silence has lasted for `silence_ms`."""
        if state.start_at_ms is None:
            return ()
        silent_from_ms = state.start_at_ms + self.silence_ms
        return self._records(state, silent_from_ms if silent_from_ms <= now_ms else state.start_at_ms)

    def open_events(self, state: StretchState, now_ms: int) -> Sequence[FoldEvent]:
        if state.start_at_ms is None or state.start_at_ms + self.silence_ms > now_ms:
            return ()
        return (FoldEvent(kind="fell silent", cause=f"silence {state.start_at_ms}", at_ms=now_ms, body=None),)

    def due_ms(self, state: StretchState, now_ms: int) -> int | None:
        due_ms = None if state.start_at_ms is None else state.start_at_ms + self.silence_ms
        return None if due_ms is None or due_ms <= now_ms else due_ms

    def _records(self, state: StretchState, end_at_ms: int) -> Sequence[Record]:
        assert state.start_at_ms is not None
        return (Record(start_at_ms=state.start_at_ms, end_at_ms=end_at_ms, body=Stretch(values=state.values)),)


def rows(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def all_records(path: Path) -> list[Any]:
    """Return every record, byte for byte, by fold, subject and start."""
    return rows(
        path, "SELECT fold, subject, version, start_at_ms, end_at_ms, settled_ms, body FROM records ORDER BY 1, 2, 3, 4"
    )


def drop_derived(path: Path) -> None:
    """Empty every table that can be made again."""
    with closing(sqlite3.connect(path)) as connection:
        for table in ("records", "checkpoints", "folds", "dirty"):
            connection.execute(f"DELETE FROM {table}")
        connection.commit()


def levels(*values: int) -> list[Reading]:
    """Return readings of the level, an hour apart from `START_MS` on."""
    return [_level(value, START_MS + place * HOUR_MS) for place, value in enumerate(values)]


def _level(value: int, at_ms: int) -> Reading:
    return Reading(
        vin=VIN,
        descriptor=LEVEL,
        value=value,
        unit=None,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms + 900,
        received_at_ms=at_ms + 1_000,
        source=Source.STREAM,
    )


LEVELS = levels(*[(place * 7) % 11 for place in range(50)])
