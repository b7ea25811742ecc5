"""Readings that a person has judged (`domain.plausibility.person`), within the commit that stores them.

This comes before any rule: what a person rejected is set apart in `quarantine` with `rule` 'person', is never pruned,
and no rule sees it. When a judgement is made or taken back, the readings that it is about are settled again.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from bimmerhub.domain.plausibility.one_value import is_judged
from bimmerhub.domain.plausibility.person import PersonalJudgement, last_word
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.overlays import REJECTED, RELEASED, Overlay, ReadingBody
from bimmerhub.store.ports.quarantine import PERSON, Refused
from bimmerhub.store.sqlite.readings.apart import JUDGED_AGAIN, delete_points, make_hours, merge_apart
from bimmerhub.store.sqlite.readings.refused import RefusedRow, load_apart
from bimmerhub.store.sqlite.readings.values import Stored, decode_value, encode_value
from bimmerhub.times import format_time

_IN_FORCE = """
SELECT vin, kind, at_ms, body, made_by, made_at_ms FROM overlays
WHERE kind IN (?, ?) AND undone_at_ms IS NULL ORDER BY id"""

_REFUSED_FIRST = """
SELECT at_ms, body FROM overlays
WHERE kind = ? AND vin = ? AND json_extract(body, '$.descriptor') = ? AND json_extract(body, '$.refused') IS NOT NULL
ORDER BY id"""

_INSERT = """
INSERT INTO overlays (vin, kind, at_ms, body, made_by, made_at_ms, undone_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"""

_UNDO = "UPDATE overlays SET undone_at_ms = ? WHERE id = ? AND undone_at_ms IS NULL"

_DELETE_REFUSED = """
DELETE FROM quarantine WHERE id IN (
  SELECT id FROM quarantine INDEXED BY refused_by_itself WHERE rule IS NULL AND measured_at_ms = ?
) AND vin = ? AND descriptor = ? AND unit IS ? AND value = ?"""

_POINTS = """
SELECT measured_at_ms, value, sent_after_ms, source FROM points
WHERE series_id = ? AND measured_at_ms BETWEEN ? AND ?"""

_FIND_APART = """
SELECT id FROM quarantine WHERE series_id = ? AND rule = 'person' AND measured_at_ms = ? AND value = ?"""

SeriesKey = tuple[str, str, str]  # subject, descriptor, unit
PointRow = tuple[int, int, Stored, int, int]  # series, measured_at_ms, value, sent_after_ms, source
Span = tuple[int, int]
"""From when to when, both included, in milliseconds UTC."""

_Mark = tuple[int, Stored]


class PersonalJudgements:
    """The judgements in force, by series, as of the last `load`."""

    def __init__(self) -> None:
        self._by_series: dict[int, list[PersonalJudgement]] = {}

    def load(self, connection: sqlite3.Connection, series_ids: Mapping[SeriesKey, int]) -> None:
        """Read them; due whenever a judgement or a series is new."""
        self._by_series = {}
        rows = connection.execute(_IN_FORCE, (RELEASED, REJECTED)).fetchall()
        for vin, kind, at_ms, body, made_by, made_at_ms in rows:
            about = msgspec.json.decode(body, type=ReadingBody)
            judgement = PersonalJudgement(
                is_true=kind == RELEASED,
                from_ms=at_ms,
                until_ms=at_ms if about.until_ms is None else about.until_ms,
                values=None if about.value is msgspec.UNSET else (about.value,),
                made_by=made_by,
                made_at_ms=made_at_ms,
            )
            for key in series_about(series_ids, vin, about):
                self._by_series.setdefault(series_ids[key], []).append(judgement)

    @property
    def is_empty(self) -> bool:
        """Whether a person said nothing about any series."""
        return not self._by_series

    def last_word(self, series_id: int, at_ms: int, value: Value) -> PersonalJudgement | None:
        """Return the judgement that counts for a reading."""
        judgements = self._by_series.get(series_id)
        return None if judgements is None else last_word(judgements, at_ms, value)

    def rejection(self, series_id: int, at_ms: int, value: Value) -> str | None:
        """Return why a reading is set apart, in words; None when a person did not reject it."""
        word = self.last_word(series_id, at_ms, value)
        if word is None or word.is_true:
            return None
        return f"rejected by {word.made_by} at {format_time(word.made_at_ms)}"

    def rejections(self, rows: Sequence[PointRow]) -> dict[int, str]:
        """Return the places of the rows that a person rejected, and why each is set apart."""
        places = [place for place, row in enumerate(rows) if row[0] in self._by_series]
        reasons = ((place, self.rejection(*rows[place][:2], decode_value(rows[place][2]))) for place in places)
        return {place: reason for place, reason in reasons if reason is not None}


@dataclass(slots=True)
class Settlement:
    """What settling readings of one series changes, apart from what a rule says of `to_judge` then.

    `gone` left points and goes to quarantine as `withdrawn`, or is there already: `merged`. Of what was set apart
    `restated` stays so for another reason, `back` is to become points, and `to_judge` is a rule's to judge.
    """

    gone: list[PointRow] = field(default_factory=list)
    withdrawn: list[RefusedRow] = field(default_factory=list)
    merged: list[Reading] = field(default_factory=list)
    restated: list[RefusedRow] = field(default_factory=list)
    back: list[Reading] = field(default_factory=list)
    to_judge: list[Refused] = field(default_factory=list)


def save_overlays(connection: sqlite3.Connection, overlays: Iterable[Overlay]) -> None:
    """Write new overlays; of those with an id, which are stored, note that they are undone."""
    for item in overlays:
        if item.id is None:
            words = (item.vin, item.kind, item.at_ms, item.body, item.made_by, item.made_at_ms, item.undone_at_ms)
            connection.execute(_INSERT, words)
            if item.kind == RELEASED:
                _take_out(connection, item)
        else:
            connection.execute(_UNDO, (item.undone_at_ms, item.id))


def _take_out(connection: sqlite3.Connection, release: Overlay) -> None:
    """Take the released reading out of quarantine, however often it had been refused by itself."""
    about = release.reading_body()
    if about.value is not msgspec.UNSET:
        unit = None if about.unit is msgspec.UNSET else about.unit
        cells = (release.at_ms, release.vin, about.descriptor, unit, encode_value(about.value))
        connection.execute(_DELETE_REFUSED, cells)


def spans_of(overlays: Iterable[Overlay], series_ids: Mapping[SeriesKey, int]) -> dict[SeriesKey, list[Span]]:
    """Return the series that overlays are about, and which stretches of each."""
    spans: dict[SeriesKey, list[Span]] = {}
    for item in overlays:
        if item.kind in {RELEASED, REJECTED}:
            about = item.reading_body()
            until_ms = item.at_ms if about.until_ms is None else about.until_ms
            for key in series_about(series_ids, item.vin, about):
                spans.setdefault(key, []).append((item.at_ms, until_ms))
    return spans


def series_about(series_ids: Mapping[SeriesKey, int], vin: str, about: ReadingBody) -> list[SeriesKey]:
    """Return the series that the body of an overlay names."""
    named = [key for key in series_ids if key[:2] == (vin, about.descriptor)]
    return named if about.unit is msgspec.UNSET else [key for key in named if key[2] == (about.unit or "")]


def settle(
    connection: sqlite3.Connection,
    series: tuple[SeriesKey, int],
    spans: Iterable[Span],
    judgements: PersonalJudgements,
) -> Settlement:
    """Take out of points and out of quarantine what is on the other side, now that judgements are other ones."""
    key, series_id = series
    points: dict[_Mark, PointRow] = {}
    items: dict[int, Refused] = {}
    for span in spans:
        rows = connection.execute(_POINTS, (series_id, *span))
        points |= {(at_ms, value): (series_id, at_ms, value, *provenance) for at_ms, value, *provenance in rows}
        items |= dict(load_apart(connection, series_id, *span))
    settling = _Settling(series_id, judgements, doors=_load_refused_first(connection, key))
    again = _rejected_again(points, items)
    for mark, row in points.items():
        if mark in again and judgements.rejection(series_id, mark[0], decode_value(mark[1])) is not None:
            settling.settlement.gone.append(row)
            settling.settlement.merged.append(_to_reading(key, row))
            merge_apart(connection, [(row[1] + row[3], row[4], again[mark])])
            items.pop(again[mark])
        else:
            settling.settle_point(row, _to_refused(key, row))
    left = [row_id for row_id, item in items.items() if settling.settle_item(item)]
    connection.executemany("DELETE FROM quarantine WHERE id = ?", [(row_id,) for row_id in left])
    settlement = settling.settlement
    delete_points(connection, [row[:3] for row in settlement.gone])
    make_hours(connection, series_id, (row[1] for row in settlement.gone))
    return settlement


def _rejected_again(points: Collection[_Mark], items: Mapping[int, Refused]) -> dict[_Mark, int]:
    """Return the points that came again and were set apart before their slice was settled, with the ids of the rows."""
    marks = {
        (item.reading.measured_at_ms, encode_value(item.reading.value)): row_id
        for row_id, item in items.items()
        if item.reading is not None and item.rule == PERSON
    }
    return {mark: row_id for mark, row_id in marks.items() if mark in points}


class _Settling:
    """Settles readings of one series; `doors` says why some had been refused by themselves before their release."""

    def __init__(self, series_id: int, judgements: PersonalJudgements, *, doors: Mapping[_Mark, str]) -> None:
        self.settlement = Settlement()
        self._series_id = series_id
        self._judgements = judgements
        self._doors = doors

    def settle_point(self, row: PointRow, item: Refused) -> None:
        """Settle a point; `item` is what goes to quarantine if it is none any more."""
        _, at_ms, stored, _, _ = row
        word = self._judgements.last_word(self._series_id, at_ms, decode_value(stored))
        rejection = self._judgements.rejection(self._series_id, at_ms, decode_value(stored))
        door = None if word is not None else self._doors.get((at_ms, stored))
        if rejection is not None or door is not None:
            self.settlement.gone.append(row)
            self.settlement.withdrawn.append(self._apart_row(item, rejection=rejection, door=door))

    def settle_item(self, item: Refused) -> bool:
        """Settle what is set apart; tell whether it leaves its place."""
        reading = item.reading
        if reading is None:
            return False
        at_ms, value = reading.measured_at_ms, reading.value
        rejection = self._judgements.rejection(self._series_id, at_ms, value)
        if rejection is None and item.rule != PERSON:
            return False  # its rule's to say
        word = self._judgements.last_word(self._series_id, at_ms, value)
        door = None if word is not None else self._doors.get((at_ms, encode_value(value)))
        if rejection is not None or door is not None:
            self.settlement.restated.append(self._apart_row(item, rejection=rejection, door=door))
        elif is_judged(reading):
            self.settlement.to_judge.append(replace(item, rule=None))
        else:
            self.settlement.back.append(reading)
        return True

    def _apart_row(self, item: Refused, *, rejection: str | None, door: str | None) -> RefusedRow:
        """Return what goes to quarantine: by a person's word, or else as it was refused by itself."""
        if rejection is not None:
            return RefusedRow(replace(item, reason=rejection, rule=PERSON), self._series_id)
        return RefusedRow(replace(item, reason=door or "", rule=None))


def set_apart(connection: sqlite3.Connection, rejected: Iterable[tuple[PointRow, Refused]]) -> list[RefusedRow]:
    """Return the rejected readings that are not set apart yet, each once; the others are merged with what is."""
    new: dict[tuple[int, _Mark], RefusedRow] = {}
    for (series_id, at_ms, stored, sent_after_ms, source), item in rejected:
        stored_row = connection.execute(_FIND_APART, (series_id, at_ms, stored)).fetchone()
        if stored_row is not None:
            merge_apart(connection, [(at_ms + sent_after_ms, source, stored_row[0])])
            continue
        earlier = new.get((series_id, (at_ms, stored)))
        new[series_id, (at_ms, stored)] = RefusedRow(replace(_merged(item, earlier), rule=PERSON), series_id)
    return list(new.values())


def _merged(item: Refused, earlier: RefusedRow | None) -> Refused:
    """Return what is kept of a reading that came twice, as for points."""
    other = None if earlier is None else earlier.item.reading
    reading = item.reading
    if other is None or reading is None:
        return item
    sent_after_ms = min(reading.sent_after_ms, other.sent_after_ms)
    source = min(reading.source, other.source)
    merged = reading._replace(sent_at_ms=reading.measured_at_ms + sent_after_ms, source=source)
    return replace(item, reading=merged)


def _load_refused_first(connection: sqlite3.Connection, key: SeriesKey) -> dict[_Mark, str]:
    """Return why readings of a series had been refused by themselves, before a person released them."""
    subject, descriptor, unit = key
    refused: dict[_Mark, str] = {}
    for at_ms, body in connection.execute(_REFUSED_FIRST, (RELEASED, subject, descriptor)):
        about = msgspec.json.decode(body, type=ReadingBody)
        if about.value is not msgspec.UNSET and about.refused is not None and (about.unit or "") == unit:
            refused[at_ms, encode_value(about.value)] = about.refused
    return refused


def to_item(reading: Reading, *, origin: str | None = None) -> Refused:
    """Return a reading as it goes to quarantine, whose message is elsewhere; `origin` is its source when None."""
    return Refused(
        received_at_ms=reading.received_at_ms,
        reason="",
        payload=b"",
        origin=origin or reading.source.name.lower(),
        descriptor=reading.descriptor,
        reading=reading,
    )


def _to_refused(key: SeriesKey, row: PointRow) -> Refused:
    """Return a point as it goes to quarantine; its message is in the journal, if anywhere."""
    return to_item(_to_reading(key, row), origin=JUDGED_AGAIN)


def _to_reading(key: SeriesKey, row: PointRow) -> Reading:
    _, at_ms, stored, sent_after_ms, source = row
    sent_at_ms = at_ms + sent_after_ms
    return Reading(
        vin=Vin(key[0]),
        descriptor=Descriptor(key[1]),
        value=decode_value(stored),
        unit=key[2] or None,
        measured_at_ms=at_ms,
        sent_at_ms=sent_at_ms,
        received_at_ms=sent_at_ms,
        source=Source(source),
    )
