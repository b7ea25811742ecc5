"""Judging positions and charge levels with their neighbours, within the commit that stores them.

The rule (`domain.plausibility.outliers`) looks at a few readings to each side of one, those set apart too. So what goes
on from the newest readings is seen from memory, and the rest from the rows around it.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bimmerhub.domain.plausibility.outliers import REACH, VERSION, Outliers
from bimmerhub.store.sqlite.readings.judging.verdicts import (
    Apart,
    Judgement,
    Mark,
    Provenance,
    load_apart,
    load_releases,
    merge_into,
    note_judged,
    sort_out,
    was_judged,
)

_ROWS = 2 * REACH
"""Rows to each side that are read: those whose verdict a reading changes, and those that have a say in it."""

_FITS = """
series_id = :series AND typeof(value) IN ('integer', 'real') AND (NOT :ignores_zero OR value != 0)"""

_TAIL = f"""
SELECT measured_at_ms, value FROM points WHERE {_FITS}
ORDER BY measured_at_ms DESC, value DESC LIMIT :rows"""  # noqa: S608 - a constant

_ALL = f"""
SELECT measured_at_ms, value, sent_after_ms, source FROM points WHERE {_FITS}"""  # noqa: S608 - a constant

_AROUND = f"""
SELECT measured_at_ms, value, sent_after_ms, source FROM (
  SELECT * FROM points WHERE {_FITS} AND measured_at_ms < :from_ms
  ORDER BY measured_at_ms DESC, value DESC LIMIT :rows
)
UNION ALL
SELECT measured_at_ms, value, sent_after_ms, source FROM points
WHERE {_FITS} AND measured_at_ms BETWEEN :from_ms AND :to_ms
UNION ALL
SELECT measured_at_ms, value, sent_after_ms, source FROM (
  SELECT * FROM points WHERE {_FITS} AND measured_at_ms > :to_ms
  ORDER BY measured_at_ms, value LIMIT :rows
)"""  # noqa: S608 - a constant

_APART_SINCE = """
SELECT 1 FROM quarantine
WHERE series_id = ? AND rule IS NOT NULL AND rule != 'person' AND measured_at_ms >= ? LIMIT 1"""


class OutlierJudge:
    """Judges series by series; remembers the newest readings of each, while none of them is set apart."""

    def __init__(self) -> None:
        self._tails: dict[int, list[Mark]] = {}

    def forget(self) -> None:
        """Trust nothing remembered: the database may not be what it was."""
        self._tails.clear()

    def judge(
        self, connection: sqlite3.Connection, series_id: int, rule: Outliers, marks: Mapping[Mark, Provenance]
    ) -> Judgement:
        """Return what becomes of new marks of a series, and of older ones through them."""
        if self._extend_tail(connection, series_id, rule, sorted(marks)):
            return Judgement(believed=marks)
        self._tails.pop(series_id, None)
        apart = load_apart(connection, series_id)
        merged, fresh = merge_into(apart, marks)
        releases = load_releases(connection, series_id)
        if not was_judged(connection, series_id, VERSION):
            verdict = _judge_all(connection, series_id, rule, fresh, apart=apart, releases=releases)
        elif fresh:
            verdict = _judge_nearby(connection, series_id, rule, fresh, apart=apart, releases=releases)
        else:
            verdict = Judgement()
        staying = {mark: row_id for mark, row_id in merged.items() if mark not in verdict.returned}
        return replace(verdict, merged=staying)

    def judge_anew(self, connection: sqlite3.Connection, series_id: int, rule: Outliers) -> Judgement:
        """Return what becomes of the readings of a series when all of them are judged."""
        self._tails.pop(series_id, None)
        releases = load_releases(connection, series_id)
        return _judge_all(connection, series_id, rule, {}, apart=load_apart(connection, series_id), releases=releases)

    def _extend_tail(
        self, connection: sqlite3.Connection, series_id: int, rule: Outliers, marks: Sequence[Mark]
    ) -> bool:
        """Tell whether all marks go on from the newest readings, and remember them if so."""
        tail = self._tails.get(series_id)
        if tail is None:
            tail = _load_tail(connection, series_id, rule)
            if tail is None:
                return False
        tail = list(tail)
        for mark in marks:
            if mark in tail:
                continue
            if mark < tail[-1] or not rule.goes_on(tail, mark):
                return False
            tail = [*tail[1 - REACH :], mark]
        self._tails[series_id] = tail
        return True


def _load_tail(connection: sqlite3.Connection, series_id: int, rule: Outliers) -> list[Mark] | None:
    """Return the newest readings; None when some are set apart there, or a person has spoken of them."""
    if not was_judged(connection, series_id, VERSION):
        return None
    cells = {"series": series_id, "ignores_zero": rule.ignores_zero, "rows": REACH}
    rows = connection.execute(_TAIL, cells).fetchall()
    if not rows or connection.execute(_APART_SINCE, (series_id, rows[-1][0])).fetchone():
        return None
    releases = load_releases(connection, series_id)
    if any(at_ms >= rows[-1][0] for at_ms, _ in releases):
        return None
    return [(at_ms, value) for at_ms, value in rows[::-1]]


def _judge_all(
    connection: sqlite3.Connection,
    series_id: int,
    rule: Outliers,
    marks: Mapping[Mark, Provenance],
    *,
    apart: Apart,
    releases: set[Mark],
) -> Judgement:
    """Return the verdict over all readings of the series."""
    cells = {"series": series_id, "ignores_zero": rule.ignores_zero}
    stored = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(_ALL, cells)}
    everything = {*stored, *apart, *marks}
    accepted = rule.judge(everything, released=releases & everything)
    truth = sorted(accepted)
    note_judged(connection, series_id, VERSION)
    return sort_out(marks, stored=stored, apart=apart, accepted=accepted, reason=lambda mark: rule.doubt(mark, truth))


def _judge_nearby(
    connection: sqlite3.Connection,
    series_id: int,
    rule: Outliers,
    marks: Mapping[Mark, Provenance],
    *,
    apart: Apart,
    releases: set[Mark],
) -> Judgement:
    """Return the verdict over those readings that new ones have a say in: `REACH` of them to each side."""
    cells = {"series": series_id, "ignores_zero": rule.ignores_zero, "rows": _ROWS}
    stretch = {"from_ms": min(marks)[0], "to_ms": max(marks)[0]}
    stored = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(_AROUND, cells | stretch)}
    first, last = _edges(stored, **stretch)
    near = {mark: provenance for mark, provenance in apart.items() if first <= mark and (last is None or mark <= last)}
    everything = {*stored, *near, *marks}
    ordered = sorted(everything)
    since = max(0, bisect_left(ordered, min(marks)) - REACH)
    until = bisect_left(ordered, max(marks)) + REACH + 1
    touched = set(ordered[since:until])
    accepted = {
        mark
        for place, mark in enumerate(ordered)
        if mark in touched and (mark in releases or not rule.is_outlier(ordered, place))
    }
    truth = sorted({mark for mark in stored if mark not in touched} | accepted)
    return sort_out(
        marks,
        stored={mark: provenance for mark, provenance in stored.items() if mark in touched},
        apart={mark: provenance for mark, provenance in near.items() if mark in touched},
        accepted=accepted,
        reason=lambda mark: rule.doubt(mark, truth),
    )


def _edges(stored: Mapping[Mark, Provenance], *, from_ms: int, to_ms: int) -> tuple[Mark, Mark | None]:
    """Return between which marks all that is set apart counts: no further than the rows read, where there are more."""
    before = sorted(mark for mark in stored if mark[0] < from_ms)
    after = sorted(mark for mark in stored if mark[0] > to_ms)
    first = before[0] if len(before) == _ROWS else (-(2**63), float("-inf"))
    return first, after[-1] if len(after) == _ROWS else None
