"""Judging odometer readings with their neighbours, within the commit that stores them.

The rule (`domain.plausibility.odometer`) looks at all readings of a series, those that are stored and those set apart.
That is seldom necessary: what goes on from the newest reading is seen from memory; what fits its neighbours, or is
contradicted by more true readings than all false ones together could outweigh, is seen from a few rows around it. Only
the rest is judged as a whole, and everything is while readings are set apart as miles: `judged` then holds the rule's
version below zero.

Readings set apart are rows of `quarantine` with a `rule`, which are never pruned.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bimmerhub.domain.plausibility.odometer import (
    ROUNDING_MS,
    VERSION,
    Mark,
    doubt,
    extends,
    judge_and_tell,
    judge_nearby,
    may_show_miles,
)
from bimmerhub.store.sqlite.readings.judging.verdicts import (
    Judgement,
    Provenance,
    load_apart,
    load_releases,
    merge_into,
    note_judged,
    sort_out,
    was_judged,
)

_SPARE_ROWS = 4
_TAIL_ROWS = 16

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


class OdometerJudge:
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
        apart = load_apart(connection, series_id)
        merged, fresh = merge_into(apart, marks)
        releases = load_releases(connection, series_id)
        verdict = None
        if not releases and was_judged(connection, series_id, VERSION):
            verdict = _judge_nearby(connection, series_id, fresh, apart=apart)
        if verdict is None:
            verdict = _judge_all(connection, series_id, fresh, apart=apart, releases=releases)
        staying = {mark: row_id for mark, row_id in merged.items() if mark not in verdict.returned}
        return replace(verdict, merged=staying)

    def judge_anew(self, connection: sqlite3.Connection, series_id: int) -> Judgement:
        """Return what becomes of the readings of a series when all of them are judged."""
        self._tails.pop(series_id, None)
        apart = load_apart(connection, series_id)
        return _judge_all(connection, series_id, {}, apart=apart, releases=load_releases(connection, series_id))

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
    if not was_judged(connection, series_id, VERSION):
        return None
    rows = connection.execute(_TAIL, {"series": series_id, "rows": _TAIL_ROWS}).fetchall()
    if not rows:
        return None
    tail = [(at_ms, km) for at_ms, km in reversed(rows) if at_ms > rows[0][0] - ROUNDING_MS]
    releases = load_releases(connection, series_id)
    is_whole = len(tail) < _TAIL_ROWS and all(at_ms <= rows[0][0] for at_ms, _ in releases)
    return tail if is_whole else None


def _judge_nearby(
    connection: sqlite3.Connection, series_id: int, marks: Mapping[Mark, Provenance], *, apart: Collection[Mark]
) -> Judgement | None:
    """Return the verdict when the rows around the marks are enough for it, else None."""
    if not marks:
        return Judgement()
    apart_count = len(apart)
    rows = apart_count + len(marks) + _SPARE_ROWS
    stretch = {"series": series_id, "from_ms": min(marks)[0], "to_ms": max(marks)[0], "rows": rows}
    around: list[Mark] = sorted(connection.execute(_AROUND, stretch))
    before = sum(mark[0] < stretch["from_ms"] for mark in around)
    after = sum(mark[0] > stretch["to_ms"] for mark in around)
    believed = judge_nearby(
        marks,
        around,
        first=around[0] if before == rows else None,
        last=around[-1] if after == rows else None,
        apart=apart_count,
    )
    if believed is None:
        return None
    contradicted = [mark for mark in marks if mark not in believed]
    if may_show_miles(apart, contradicted, around):
        return None
    truth = sorted({*around, *believed})
    return Judgement(
        believed={mark: provenance for mark, provenance in marks.items() if mark in believed},
        doubted={mark: _reason(mark, truth) for mark in sorted(marks) if mark not in believed},
    )


def _judge_all(
    connection: sqlite3.Connection,
    series_id: int,
    marks: Mapping[Mark, Provenance],
    *,
    apart: Mapping[Mark, tuple[Provenance, int]],
    releases: set[Mark],
) -> Judgement:
    """Return the verdict over all readings of the series."""
    stored = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(_ALL, {"series": series_id})}
    everything = {*stored, *apart, *marks}
    accepted, has_miles = judge_and_tell(everything, released=releases & everything)
    truth = sorted(accepted)
    note_judged(connection, series_id, -VERSION if has_miles else VERSION)
    return sort_out(marks, stored=stored, apart=apart, accepted=accepted, reason=lambda mark: _reason(mark, truth))


def _reason(mark: Mark, truth: Sequence[Mark]) -> str:
    place = bisect_left(truth, mark)
    before = truth[place - 1] if place else None
    return doubt(mark, before, truth[place] if place < len(truth) else None)
