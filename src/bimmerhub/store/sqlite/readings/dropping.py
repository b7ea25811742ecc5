"""Dropping readings that are too old, a stretch of a car's time in each commit; port `StoredRetention`.

A commit drops the readings of a stretch, what was set apart of it, for positions their hourly roll-ups, and moves the
floor of the car, below which nothing is stored any more. Of other readings the roll-ups stay, and the floor is where a
fold has a checkpoint: folds begin there from then on, so that what they made of dropped readings is never made anew.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from bimmerhub.domain.retention import AgeKind, kind_of
from bimmerhub.store.ports.retention import DroppedReadings, OldReadings, StoredRetention
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.database.threads import Database
from bimmerhub.store.sqlite.readings.apart import make_hours
from bimmerhub.store.sqlite.readings.appending import Appender
from bimmerhub.times import DAY_MS, HOUR_MS

STRETCH_MS: Final = 7 * DAY_MS
"""So much of a car's time goes in one commit: some ten thousand readings of a busy car."""

_SERIES = "SELECT subject, descriptor, id FROM series ORDER BY subject, id"

_NEWEST = "SELECT max(measured_at_ms) FROM points WHERE series_id = ?"

_OLD = """
SELECT count(*), min(measured_at_ms), max(measured_at_ms) FROM points WHERE series_id = ? AND measured_at_ms < ?"""

_OLDEST = "SELECT min(measured_at_ms) FROM points WHERE series_id = ?"

_APART = """
FROM quarantine WHERE measured_at_ms < :before_ms AND (
  (series_id IS NOT NULL AND series_id IN (SELECT value FROM json_each(:series)))
  OR (series_id IS NULL AND vin = :subject AND descriptor IN (SELECT value FROM json_each(:descriptors)))
)"""

_MARKED = "SELECT EXISTS (SELECT 1 FROM dirty WHERE subject = ? AND from_ms < ?)"

_CHECKPOINTS = """
SELECT (
  SELECT max(before_ms) FROM checkpoints
  WHERE fold = folds.fold AND subject = folds.subject AND version = folds.version AND before_ms <= ?2
), EXISTS (
  SELECT 1 FROM records
  WHERE fold = folds.fold AND subject = folds.subject AND version = folds.version AND start_at_ms < ?2
), served_version IS version
FROM folds WHERE subject = ?1"""

_BETWEEN = "SELECT 1 FROM points WHERE series_id = ? AND measured_at_ms >= ? AND measured_at_ms < ? LIMIT 1"

_DROP_HOURS = "DELETE FROM hours WHERE series_id = ? AND hour < ?"

_NOTE = """
INSERT INTO dropped (subject, kind, floor_ms, folded_ms, readings, rolled_up, apart, late)
VALUES (?, ?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (subject, kind) DO UPDATE SET
  floor_ms = max(floor_ms, excluded.floor_ms),
  folded_ms = max(folded_ms, excluded.folded_ms),
  readings = readings + excluded.readings,
  rolled_up = rolled_up + excluded.rolled_up,
  apart = apart + excluded.apart"""

_NEWEST_OF_EACH = "SELECT (SELECT max(measured_at_ms) FROM points WHERE series_id = series.id) FROM series"
"""By the index: a step for each series."""

_DROPPED = "SELECT subject, kind, floor_ms, readings, apart, late FROM dropped ORDER BY subject, kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The series of one car and kind, by id, with their descriptors."""

    subject: str
    kind: AgeKind
    series: Mapping[int, str]

    def apart_cells(self, before_ms: int) -> dict[str, object]:
        return {
            "before_ms": before_ms,
            "series": json.dumps([*self.series]),
            "subject": self.subject,
            "descriptors": json.dumps(sorted({*self.series.values()})),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """Readings from before `before_ms` can go; folds go on at `folded_ms`."""

    before_ms: int
    folded_ms: int


class SqliteRetention(StoredRetention):
    """The limits of age, on one database; `appender` turns away what comes late."""

    def __init__(self, database: Database, appender: Appender) -> None:
        self._database = database
        self._appender = appender

    @override
    async def newest_ms(self) -> int | None:
        rows = await self._database.read(lambda connection: connection.execute(_NEWEST_OF_EACH).fetchall())
        return max((newest_ms for (newest_ms,) in rows if newest_ms is not None), default=None)

    @override
    async def preview(self, limits: Mapping[AgeKind, int]) -> list[OldReadings]:
        return await self._database.read(_preview, dict(limits))

    @override
    async def drop(self, limits: Mapping[AgeKind, int]) -> list[OldReadings]:
        dropped: list[OldReadings] = []
        for group in await self._database.read(_load_groups):
            if group.kind not in limits:
                continue
            total = OldReadings(subject=group.subject, kind=group.kind, readings=0, apart=0, from_ms=None, to_ms=None)
            for before_ms in await self._database.read(_stretches, group, _whole_hour(limits[group.kind])):
                total = _sum(total, await self._database.write(self._drop, group, before_ms))
            if total.readings or total.apart:
                dropped.append(total)
        return dropped

    @override
    async def dropped(self) -> list[DroppedReadings]:
        rows = await self._database.read(lambda connection: connection.execute(_DROPPED).fetchall())
        return [
            DroppedReadings(
                subject=subject, kind=AgeKind(kind), floor_ms=floor_ms, readings=readings, apart=apart, late=late
            )
            for subject, kind, floor_ms, readings, apart, late in rows
        ]

    def _drop(self, connection: sqlite3.Connection, group: _Group, before_ms: int) -> OldReadings:
        dropped = _drop_before(connection, group, before_ms)
        self._appender.forget()
        return dropped


def _whole_hour(at_ms: int) -> int:
    return at_ms // HOUR_MS * HOUR_MS


def _load_groups(connection: sqlite3.Connection) -> list[_Group]:
    groups: dict[tuple[str, AgeKind], dict[int, str]] = {}
    for subject, descriptor, series_id in connection.execute(_SERIES):
        groups.setdefault((subject, kind_of(descriptor)), {})[series_id] = descriptor
    return [_Group(subject=subject, kind=kind, series=series) for (subject, kind), series in groups.items()]


def _preview(connection: sqlite3.Connection, limits: dict[AgeKind, int]) -> list[OldReadings]:
    old = [
        _count_old(connection, group, cut.before_ms)
        for group in _load_groups(connection)
        if group.kind in limits and (cut := _find_cut(connection, group, _whole_hour(limits[group.kind]))) is not None
    ]
    return [item for item in old if item.readings or item.apart]


def _count_old(connection: sqlite3.Connection, group: _Group, before_ms: int) -> OldReadings:
    rows = [
        connection.execute(_OLD, (series_id, end_ms)).fetchone()
        for series_id, end_ms in _ends(connection, group, before_ms)
    ]
    [apart] = connection.execute(f"SELECT count(*) {_APART}", group.apart_cells(before_ms)).fetchone()
    return OldReadings(
        subject=group.subject,
        kind=group.kind,
        readings=sum(count for count, _, _ in rows),
        apart=apart,
        from_ms=min((first for count, first, _ in rows if count), default=None),
        to_ms=max((last for count, _, last in rows if count), default=None),
    )


def _ends(connection: sqlite3.Connection, group: _Group, before_ms: int) -> Iterator[tuple[int, int]]:
    """Yield until when each series is dropped: what is of its newest instant stays."""
    for series_id in group.series:
        [newest_ms] = connection.execute(_NEWEST, (series_id,)).fetchone()
        if newest_ms is not None:
            yield series_id, min(before_ms, newest_ms)


def _stretches(connection: sqlite3.Connection, group: _Group, before_ms: int) -> list[int]:
    """Return the ends of the stretches in which all before a time is dropped, in order."""
    ends = dict(_ends(connection, group, before_ms))
    oldest = [connection.execute(_OLDEST, (series_id,)).fetchone()[0] for series_id in ends]
    if not oldest or min(oldest) >= before_ms:
        [apart] = connection.execute(f"SELECT count(*) {_APART}", group.apart_cells(before_ms)).fetchone()
        return [before_ms] if apart else []
    first_ms = _whole_hour(min(oldest)) + STRETCH_MS
    return [*range(first_ms, before_ms, STRETCH_MS), before_ms]


def _drop_before(connection: sqlite3.Connection, group: _Group, before_ms: int) -> OldReadings:
    """Drop what is older, in one transaction; nothing where a fold has not seen it yet."""
    with transaction(connection):
        is_marked = connection.execute(_MARKED, (group.subject, before_ms)).fetchone()[0]
        cut = _find_cut(connection, group, before_ms)
        if cut is None or (is_marked and group.kind is AgeKind.READINGS):
            return OldReadings(subject=group.subject, kind=group.kind, readings=0, apart=0, from_ms=None, to_ms=None)
        before_ms, folded_ms = cut.before_ms, cut.folded_ms
        old = _count_old(connection, group, before_ms)
        for series_id, end_ms in _ends(connection, group, before_ms):
            connection.execute("DELETE FROM points WHERE series_id = ? AND measured_at_ms < ?", (series_id, end_ms))
            if group.kind is AgeKind.POSITIONS:
                connection.execute(_DROP_HOURS, (series_id, before_ms // HOUR_MS))
                if end_ms < before_ms:
                    make_hours(connection, series_id, [end_ms])  # of the newest reading, which stays
        connection.execute(f"DELETE {_APART}", group.apart_cells(before_ms))
        rolled_up = 0 if group.kind is AgeKind.POSITIONS else old.readings
        cells = (group.subject, group.kind, before_ms, folded_ms, old.readings, rolled_up, old.apart)
        connection.execute(_NOTE, cells)
        connection.execute("UPDATE totals SET readings = readings - ?", (old.readings,))
        if group.kind is AgeKind.READINGS:
            connection.execute(
                "DELETE FROM checkpoints WHERE subject = ? AND before_ms < ?", (group.subject, folded_ms)
            )
    return old


def _find_cut(connection: sqlite3.Connection, group: _Group, before_ms: int) -> _Cut | None:
    """Return what can be dropped of what is before a time, a whole hour; None where a fold has to go on first.

    Where readings lie between the last checkpoint and that time, what comes from the hour of the checkpoint on stays.
    """
    if group.kind is AgeKind.POSITIONS:  # no fold reads them
        return _Cut(before_ms=before_ms, folded_ms=before_ms)
    folded_ms = _checkpoint_before(connection, group.subject, before_ms)
    if folded_ms is None:
        return None
    is_between = any(
        connection.execute(_BETWEEN, (series_id, folded_ms, before_ms)).fetchone() for series_id in group.series
    )
    return _Cut(before_ms=_whole_hour(folded_ms) if is_between else before_ms, folded_ms=folded_ms)


def _checkpoint_before(connection: sqlite3.Connection, subject: str, before_ms: int) -> int | None:
    """Return that time, or the last before it from which every fold can go on; None when there is none.

    A fold that has no records yet can begin anywhere.
    """
    until_ms = before_ms
    for checkpoint_ms, has_records, is_served in connection.execute(_CHECKPOINTS, (subject, before_ms)).fetchall():
        if has_records and (checkpoint_ms is None or not is_served):
            return None
        if checkpoint_ms is not None:
            until_ms = min(until_ms, checkpoint_ms)
    return until_ms


def _sum(one: OldReadings, other: OldReadings) -> OldReadings:
    first = [item.from_ms for item in (one, other) if item.from_ms is not None]
    last = [item.to_ms for item in (one, other) if item.to_ms is not None]
    return OldReadings(
        subject=one.subject,
        kind=one.kind,
        readings=one.readings + other.readings,
        apart=one.apart + other.apart,
        from_ms=min(first, default=None),
        to_ms=max(last, default=None),
    )
