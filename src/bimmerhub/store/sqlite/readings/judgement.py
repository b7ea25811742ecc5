"""Judging odometer readings with their neighbours, within the commit that stores them.

The rule (`domain.plausibility.odometer`) looks at all readings of a series, those that are stored and those set apart.
That is seldom necessary: what goes on from the newest reading is seen from memory; what fits its neighbours, or is
contradicted by more true readings than all false ones together could outweigh, is seen from a few rows around it. Only
the rest is judged as a whole.

Readings set apart are rows of `quarantine` with `rule` 'odometer', which is never pruned.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bimmerhub.domain.plausibility.odometer import (
    ROUNDING_MS,
    VERSION,
    Chain,
    Mark,
    doubt,
    extends,
    is_chain,
    is_clear_of,
    judge,
)
from bimmerhub.store.ports.overlays import REJECTED, RELEASED

RULE: Final = "odometer"

_SPARE_ROWS = 4
_TAIL_ROWS = 16

Provenance = tuple[int, int]
"""What is kept of a reading besides its time and value: sent_after_ms, and the number of its source."""

_OverlayRow = tuple[str, int, float]  # kind, at_ms, km

# An odometer can also say "no value", which is no neighbour: it must not take up a row of those looked at.

_TAIL = """
SELECT measured_at_ms, value FROM points
WHERE series_id = :series AND typeof(value) IN ('integer', 'real')
ORDER BY measured_at_ms DESC, value DESC LIMIT :rows"""

_AROUND = """
SELECT measured_at_ms, value FROM (
  SELECT * FROM points WHERE series_id = :series AND measured_at_ms < :from_ms AND typeof(value) IN ('integer', 'real')
  ORDER BY measured_at_ms DESC, value DESC LIMIT :rows
)
UNION ALL
SELECT measured_at_ms, value FROM points
WHERE series_id = :series AND measured_at_ms >= :from_ms AND measured_at_ms <= :to_ms
  AND typeof(value) IN ('integer', 'real')
UNION ALL
SELECT measured_at_ms, value FROM (
  SELECT * FROM points WHERE series_id = :series AND measured_at_ms > :to_ms AND typeof(value) IN ('integer', 'real')
  ORDER BY measured_at_ms, value LIMIT :rows
)"""

_ALL = """
SELECT measured_at_ms, value, sent_after_ms, source FROM points
WHERE series_id = :series AND typeof(value) IN ('integer', 'real')"""

_APART = """
SELECT measured_at_ms, value, max(0, coalesce(sent_at_ms, 0) - measured_at_ms), source, id
FROM quarantine WHERE series_id = ? AND rule = 'odometer'"""

_OVERLAYS = """
SELECT overlays.kind, overlays.at_ms, json_extract(overlays.body, '$.value')
FROM overlays JOIN series ON series.id = ? AND series.subject = overlays.vin
WHERE overlays.kind IN (?, ?) AND overlays.undone_at_ms IS NULL
  AND json_extract(overlays.body, '$.descriptor') = series.descriptor
  AND coalesce(json_extract(overlays.body, '$.unit'), '') = series.unit
ORDER BY overlays.id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a judgement changes in one series.

    `believed` go into points: new ones and those that were set apart, whose ids are `returned`. `doubted` are new ones
    that are set apart, with the reason, `expelled` those that leave points for the same. `merged` stay set apart.
    """

    believed: Mapping[Mark, Provenance] = field(default_factory=dict)
    doubted: Mapping[Mark, str] = field(default_factory=dict)
    expelled: Mapping[Mark, tuple[Provenance, str]] = field(default_factory=dict)
    returned: Mapping[Mark, int] = field(default_factory=dict)
    merged: Mapping[Mark, int] = field(default_factory=dict)
    judged: int = 0


class Judge:
    """Judges series by series; remembers the newest true readings of each, until `forget`."""

    def __init__(self) -> None:
        self._tails: dict[int, list[Mark]] = {}

    def forget(self) -> None:
        """Trust nothing remembered: the database may not be what it was."""
        self._tails.clear()

    def judge(self, connection: sqlite3.Connection, series_id: int, marks: Mapping[Mark, Provenance]) -> Judgement:
        """Return what becomes of new marks of a series, and of older ones through them."""
        if self._extend_tail(connection, series_id, sorted(marks)):
            return Judgement(believed=marks)
        self._tails.pop(series_id, None)
        apart = _load_apart(connection, series_id)
        merged = {mark: apart[mark][1] for mark in marks if mark in apart}
        for mark in merged:
            apart[mark] = (earliest(apart[mark][0], marks[mark]), apart[mark][1])
        fresh = {mark: provenance for mark, provenance in marks.items() if mark not in apart}
        overlays = _load_overlays(connection, series_id)
        verdict = None
        if not overlays and _was_judged(connection, series_id):
            verdict = _judge_nearby(connection, series_id, fresh, apart_count=len(apart))
        if verdict is None:
            verdict = _judge_all(connection, series_id, fresh, apart=apart, overlays=overlays)
        staying = {mark: row_id for mark, row_id in merged.items() if mark not in verdict.returned}
        return replace(verdict, merged=staying)

    def judge_anew(self, connection: sqlite3.Connection, series_id: int) -> Judgement:
        """Return what becomes of the readings of a series when all of them are judged."""
        self._tails.pop(series_id, None)
        apart = _load_apart(connection, series_id)
        return _judge_all(connection, series_id, {}, apart=apart, overlays=_load_overlays(connection, series_id))

    def _extend_tail(self, connection: sqlite3.Connection, series_id: int, marks: Sequence[Mark]) -> bool:
        """Tell whether all marks go on from the newest true readings, and remember them if so."""
        tail = self._tails.get(series_id)
        if tail is None:
            tail = _load_tail(connection, series_id)
            if tail is None:
                return False
        tail = list(tail)
        for mark in marks:
            if not extends(tail, mark):
                return False
            tail = [member for member in tail if member[0] > mark[0] - ROUNDING_MS]
            tail.append(mark)
        self._tails[series_id] = tail
        return True


def _load_tail(connection: sqlite3.Connection, series_id: int) -> list[Mark] | None:
    """Return the newest true readings; None when they are not enough to go on from."""
    if not _was_judged(connection, series_id):
        return None
    rows = connection.execute(_TAIL, {"series": series_id, "rows": _TAIL_ROWS}).fetchall()
    if not rows:
        return None
    tail = [(at_ms, km) for at_ms, km in reversed(rows) if at_ms > rows[0][0] - ROUNDING_MS]
    overlays = _load_overlays(connection, series_id)
    is_whole = len(tail) < _TAIL_ROWS and all(at_ms <= rows[0][0] for _, at_ms, _ in overlays)
    return tail if is_whole else None


def _was_judged(connection: sqlite3.Connection, series_id: int) -> bool:
    row = connection.execute("SELECT 1 FROM judged WHERE series_id = ? AND version = ?", (series_id, VERSION))
    return row.fetchone() is not None


def _load_apart(connection: sqlite3.Connection, series_id: int) -> dict[Mark, tuple[Provenance, int]]:
    """Return the readings of a series that are set apart, with the ids of their rows."""
    return {(row[0], row[1]): (row[2:4], row[4]) for row in connection.execute(_APART, (series_id,))}


def _load_overlays(connection: sqlite3.Connection, series_id: int) -> list[_OverlayRow]:
    return connection.execute(_OVERLAYS, (series_id, RELEASED, REJECTED)).fetchall()


def _judge_nearby(
    connection: sqlite3.Connection, series_id: int, marks: Mapping[Mark, Provenance], *, apart_count: int
) -> Judgement | None:
    """Return the verdict when the rows around the marks are enough for it, else None."""
    if not marks:
        return Judgement()
    rows = apart_count + len(marks) + _SPARE_ROWS
    stretch = {"series": series_id, "from_ms": min(marks)[0], "to_ms": max(marks)[0], "rows": rows}
    around: list[Mark] = sorted(connection.execute(_AROUND, stretch))
    stored = set(around)
    fresh = sorted(mark for mark in marks if mark not in stored)
    chain = Chain(around)
    believed = [mark for mark in fresh if chain.allows(mark)]
    contradicted = [mark for mark in fresh if not chain.allows(mark)]
    if not is_chain(believed):
        return None
    before = sum(mark[0] < stretch["from_ms"] for mark in around)
    after = sum(mark[0] > stretch["to_ms"] for mark in around)
    first = around[0] if before == rows else None
    last = around[-1] if after == rows else None
    if not all(is_clear_of(mark, first, last) for mark in believed):
        return None
    outweighs = apart_count + len(contradicted)
    if not all(chain.contradicts(mark, more_than=outweighs) for mark in contradicted):
        return None
    truth = sorted([*around, *believed])
    return Judgement(
        believed={mark: provenance for mark, provenance in marks.items() if mark in stored or chain.allows(mark)},
        doubted={mark: _reason(mark, truth) for mark in contradicted},
    )


def _judge_all(
    connection: sqlite3.Connection,
    series_id: int,
    marks: Mapping[Mark, Provenance],
    *,
    apart: Mapping[Mark, tuple[Provenance, int]],
    overlays: Iterable[_OverlayRow],
) -> Judgement:
    """Return the verdict over all readings of the series."""
    released = {(at_ms, km) for kind, at_ms, km in overlays if kind == RELEASED}
    rejected = {(at_ms, km) for kind, at_ms, km in overlays if kind == REJECTED} - released
    stored = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(_ALL, {"series": series_id})}
    everything = {*stored, *apart, *marks}
    accepted = judge(everything, released=released & everything, rejected=rejected)
    truth = sorted(accepted)
    connection.execute("INSERT OR REPLACE INTO judged (series_id, version) VALUES (?, ?)", (series_id, VERSION))
    returned = {mark: row_id for mark, (_, row_id) in apart.items() if mark in accepted}
    return Judgement(
        believed={mark: provenance for mark, provenance in marks.items() if mark in accepted}
        | {mark: apart[mark][0] for mark in returned},
        doubted={mark: _reason(mark, truth) for mark in marks if mark not in accepted and mark not in stored},
        expelled={
            mark: (earliest(provenance, marks.get(mark, provenance)), _reason(mark, truth))
            for mark, provenance in stored.items()
            if mark not in accepted
        },
        returned=returned,
        judged=len(everything),
    )


def earliest(provenance: Provenance, other: Provenance) -> Provenance:
    """Return what is kept of a reading that came twice, as for points."""
    return min(provenance[0], other[0]), min(provenance[1], other[1])


def _reason(mark: Mark, truth: Sequence[Mark]) -> str:
    place = bisect_left(truth, mark)
    before = truth[place - 1] if place else None
    return doubt(mark, before, truth[place] if place < len(truth) else None)
