"""What judging readings with their neighbours comes to, and what it needs to know of a series, whatever the rule."""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bimmerhub.store.ports.overlays import RELEASED

Mark = tuple[int, float]
"""What was said when: ms since 1970 UTC, and the number."""

Provenance = tuple[int, int]
"""What is kept of a reading besides its time and value: sent_after_ms, and the number of its source."""

Apart = dict[Mark, tuple[Provenance, int]]
"""The readings of a series that are set apart, with the ids of their rows."""

_APART = """
SELECT measured_at_ms, value, max(0, coalesce(sent_at_ms, 0) - measured_at_ms), source, id
FROM quarantine WHERE series_id = ? AND rule IS NOT NULL AND rule != 'person'"""

_RELEASES = """
SELECT overlays.at_ms, json_extract(overlays.body, '$.value')
FROM overlays JOIN series ON series.id = ? AND series.subject = overlays.vin
WHERE overlays.kind = ? AND overlays.undone_at_ms IS NULL
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


def was_judged(connection: sqlite3.Connection, series_id: int, version: int) -> bool:
    """Tell whether all readings of a series were judged by that version of its rule."""
    row = connection.execute("SELECT 1 FROM judged WHERE series_id = ? AND version = ?", (series_id, version))
    return row.fetchone() is not None


def note_judged(connection: sqlite3.Connection, series_id: int, version: int) -> None:
    """Note that all readings of a series were judged by that version of its rule."""
    connection.execute("INSERT OR REPLACE INTO judged (series_id, version) VALUES (?, ?)", (series_id, version))


def load_apart(connection: sqlite3.Connection, series_id: int) -> Apart:
    """Return the readings of a series that its rule set apart, with the ids of their rows."""
    return {(row[0], row[1]): (row[2:4], row[4]) for row in connection.execute(_APART, (series_id,))}


def load_releases(connection: sqlite3.Connection, series_id: int) -> set[Mark]:
    """Return the marks of a series that a person released. What a person rejected no rule sees (`person`)."""
    return set(connection.execute(_RELEASES, (series_id, RELEASED)))


def merge_into(apart: Apart, marks: Mapping[Mark, Provenance]) -> tuple[dict[Mark, int], dict[Mark, Provenance]]:
    """Merge new marks with those set apart already; return the ids of these, and the marks that are not among them."""
    merged = {mark: apart[mark][1] for mark in marks if mark in apart}
    for mark in merged:
        apart[mark] = (earliest(apart[mark][0], marks[mark]), apart[mark][1])
    return merged, {mark: provenance for mark, provenance in marks.items() if mark not in apart}


def sort_out(
    marks: Mapping[Mark, Provenance],
    *,
    stored: Mapping[Mark, Provenance],
    apart: Mapping[Mark, tuple[Provenance, int]],
    accepted: Collection[Mark],
    reason: Callable[[Mark], str],
) -> Judgement:
    """Return what becomes of new marks, stored ones and those set apart, of which `accepted` are true."""
    returned = {mark: row_id for mark, (_, row_id) in apart.items() if mark in accepted}
    return Judgement(
        believed={mark: provenance for mark, provenance in marks.items() if mark in accepted}
        | {mark: apart[mark][0] for mark in returned},
        doubted={mark: reason(mark) for mark in marks if mark not in accepted and mark not in stored},
        expelled={
            mark: (earliest(provenance, marks.get(mark, provenance)), reason(mark))
            for mark, provenance in stored.items()
            if mark not in accepted
        },
        returned=returned,
        judged=len({*stored, *apart, *marks}),
    )


def earliest(provenance: Provenance, other: Provenance) -> Provenance:
    """Return what is kept of a reading that came twice, as for points."""
    return min(provenance[0], other[0]), min(provenance[1], other[1])
