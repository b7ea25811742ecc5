"""Appending a batch: readings, raw messages and refused ones in one durable commit."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from operator import itemgetter

from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Vin
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.judgements import JudgedAnew, JudgedSeries
from bimmerhub.store.ports.overlays import Overlay
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Appended, Batch
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.readings.apart import expelled_items, move
from bimmerhub.store.sqlite.readings.judges import Judges, rule_name
from bimmerhub.store.sqlite.readings.rows import Row, write_rows
from bimmerhub.store.sqlite.readings.values import Stored, encode_value
from bimmerhub.store.sqlite.readings.verdicts import Judgement, Mark, Provenance, earliest
from bimmerhub.store.sqlite.vehicles import meet_vehicles

MAX_REFUSED = 10_000
"""Refused items that are kept; the oldest go first."""

MAX_REFUSED_BYTES = 16 * 1024
"""Bytes of a refused payload that are kept."""

_INSERT_SERIES = "INSERT INTO series (subject, descriptor, unit) VALUES(?) ON CONFLICT DO NOTHING"

_EVERY_SERIES = "SELECT json_group_array(json_array(id, subject, descriptor, unit)) FROM series"
"""One step of SQLite for all rows."""

_INSERT_POINTS = """
INSERT INTO points (series_id, measured_at_ms, value, sent_after_ms, source) VALUES(?)
ON CONFLICT (series_id, measured_at_ms, value) DO NOTHING"""

_MERGE_POINTS = """
INSERT INTO points (series_id, measured_at_ms, value, sent_after_ms, source) VALUES(?)
ON CONFLICT (series_id, measured_at_ms, value) DO UPDATE
SET sent_after_ms = min(sent_after_ms, excluded.sent_after_ms), source = min(source, excluded.source)
WHERE sent_after_ms > excluded.sent_after_ms OR source > excluded.source"""

_INSERT_JOURNAL = """
INSERT INTO journal (id, received_at_ms, account, topic, payload) VALUES(?) ON CONFLICT (id) DO NOTHING"""

_INSERT_REFUSED = """
INSERT INTO quarantine (
  id, received_at_ms, reason, payload, origin, descriptor, vin, unit, value, measured_at_ms, sent_at_ms, source,
  rule, series_id
) VALUES(?)
ON CONFLICT (id) DO NOTHING"""

_SAVE_DOCUMENTS = """
INSERT INTO documents (subject, kind, natural_key, body, source, fetched_at_ms) VALUES(?)
ON CONFLICT (subject, kind, natural_key) DO UPDATE
SET body = excluded.body, source = excluded.source, fetched_at_ms = excluded.fetched_at_ms
WHERE (fetched_at_ms, body) < (excluded.fetched_at_ms, excluded.body)"""

_RELEASE = "DELETE FROM quarantine WHERE id IN (SELECT value FROM json_each(?))"

_ADD_TO_TOTALS = """
UPDATE totals SET
  readings = readings + ?,
  journal_entries = journal_entries + ?,
  journal_newest_id = journal_newest_id + ?,
  refused = refused + ?"""

_SeriesKey = tuple[str, str, str]  # subject, descriptor, unit

_PointRow = tuple[int, int, Stored, int, int]  # series, measured_at_ms, value, sent_after_ms, source

_BY_SERIES_AND_TIME = itemgetter(0, 1)


@dataclass(frozen=True, slots=True)
class _Row:
    """What goes to quarantine; `series_id` when it was judged with its neighbours."""

    item: Refused
    series_id: int | None = None


@dataclass(slots=True)
class _Judged:
    """What became of readings that were judged with their neighbours."""

    rows: list[_PointRow] = field(default_factory=list)
    gone: list[_PointRow] = field(default_factory=list)
    apart: list[_Row] = field(default_factory=list)
    set_apart: list[Refused] = field(default_factory=list)
    believed: list[Reading] = field(default_factory=list)
    changed: set[Vin] = field(default_factory=set)
    expelled: int = 0
    returned: int = 0

    def add(
        self,
        key: _SeriesKey,
        series_id: int,
        verdict: Judgement,
        *,
        members: Sequence[tuple[Mark, Refused, Reading]],
        given: Mapping[Mark, Provenance],
    ) -> None:
        """Add what became of the readings of one series; `given` is what is kept of those that came twice."""
        self.rows += [(series_id, *mark, *provenance) for mark, provenance in verdict.believed.items()]
        self.gone += [(series_id, *mark, *provenance) for mark, (provenance, _) in verdict.expelled.items()]
        self.apart += [_Row(item, series_id) for item in expelled_items(verdict, key)]
        self.expelled += len(verdict.expelled)
        self.returned += len(verdict.returned)
        if verdict.expelled or verdict.returned:
            self.changed.add(Vin(key[0]))
        doubted = dict(verdict.doubted)
        for mark, item, reading in members:
            if mark in verdict.believed:
                self.believed.append(reading)
            elif (reason := doubted.pop(mark, None)) is not None:
                refused = replace(item, reason=reason, reading=_as_given(reading, given[mark]))
                self.set_apart.append(refused)
                self.apart.append(_Row(refused, series_id))


class Appender:
    """Writes batches on the writing connection; remembers the ids of series, which never change once committed."""

    def __init__(self) -> None:
        self._series_ids: dict[_SeriesKey, int] = {}
        self._subjects: dict[int, str] = {}
        self._judges = Judges()

    def append(self, connection: sqlite3.Connection, batch: Batch) -> Appended:
        """Write the batch in one transaction and return what was new in it."""
        with self._transaction(connection):
            return self._write(connection, batch)

    def judge_anew(self, connection: sqlite3.Connection, series: JudgedSeries) -> JudgedAnew:
        """Judge all readings of a series in one transaction and return what that did."""
        key = (series.subject, series.descriptor, series.unit)
        with self._transaction(connection):
            if key not in self._series_ids:
                self._load_series(connection)
            judged = _Judged()
            series_id = self._series_ids[key]
            verdict = self._judges.judge_anew(connection, series_id, series.descriptor)
            move(connection, series_id, verdict, {})
            judged.add(key, series_id, verdict, members=(), given={})
            inserted = self._write_readings(connection, (), judged)
            _write_refused(connection, judged.apart)
            _add_to_totals(connection, readings=inserted - judged.expelled, refused=len(judged.apart))
            return JudgedAnew(readings=verdict.judged, has_changed=bool(judged.changed))

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Commit durably at the end of the block; when that fails, trust nothing remembered of what was rolled back."""
        try:
            with transaction(connection):
                yield
        except BaseException:
            self._series_ids.clear()
            self._judges.forget()
            raise

    def _write(self, connection: sqlite3.Connection, batch: Batch) -> Appended:
        if batch.overlays:
            _write_overlays(connection, batch.overlays)
            self._judges.forget()
        if batch.released:
            connection.execute(_RELEASE, (json.dumps(list(batch.released)),))
        to_judge = [(item, item.reading) for item in batch.judged if item.reading is not None]
        met = self._open_series(connection, [*batch.readings, *(reading for _, reading in to_judge)])
        judged = self._judge_readings(connection, to_judge)
        inserted = self._write_readings(connection, batch.readings, judged)
        _write_journal(connection, batch.journal)
        _write_documents(connection, batch.documents)
        refused = [_Row(item) for item in batch.refused] + judged.apart
        _write_refused(connection, refused)
        _add_to_totals(
            connection, readings=inserted - judged.expelled, refused=len(refused), journal_entries=len(batch.journal)
        )
        new = inserted - judged.returned
        given = len(batch.readings) + len(batch.judged)
        return Appended(
            new=new,
            repeated=given - new - len(judged.set_apart),
            set_apart=tuple(judged.set_apart),
            believed=tuple(judged.believed),
            changed=frozenset(judged.changed),
            met=met,
        )

    def _judge_readings(self, connection: sqlite3.Connection, items: Sequence[tuple[Refused, Reading]]) -> _Judged:
        """Judge readings series by series; what leaves points or quarantine is out of there when this returns."""
        judged = _Judged()
        by_series: dict[_SeriesKey, list[tuple[Mark, Refused, Reading]]] = {}
        for item, reading in items:
            by_series.setdefault(_series_key(reading), []).append((_to_mark(reading), item, reading))
        for key, members in by_series.items():
            given: dict[Mark, Provenance] = {}
            for mark, _, reading in members:
                provenance = (reading.sent_after_ms, int(reading.source))
                other = given.get(mark)
                given[mark] = provenance if other is None else earliest(provenance, other)
            series_id = self._series_ids[key]
            verdict = self._judges.judge(connection, series_id, key[1], given)
            move(connection, series_id, verdict, given)
            judged.add(key, series_id, verdict, members=members, given=given)
        return judged

    def _write_readings(self, connection: sqlite3.Connection, readings: Sequence[Reading], judged: _Judged) -> int:
        """Store readings and those that were judged true; return how many points there are more."""
        rows = _to_rows(readings, self._series_ids)
        rows += judged.rows
        rows.sort(key=_BY_SERIES_AND_TIME)  # neighbours share pages: up to 1.6 times as fast
        new = changed = write_rows(connection, _INSERT_POINTS, rows)
        if new < len(rows):
            changed += write_rows(connection, _MERGE_POINTS, rows)
        if judged.gone:
            rows = sorted([*rows, *judged.gone], key=_BY_SERIES_AND_TIME)
        if changed or judged.gone:
            self._mark_dirty(connection, rows)
        return new

    def _mark_dirty(self, connection: sqlite3.Connection, rows: Sequence[_PointRow]) -> None:
        """Note for the folds from when to when each subject's readings changed; `rows` are in order of their times."""
        last_ms = {row[0]: row[1] for row in rows}
        first_ms = {row[0]: row[1] for row in reversed(rows)}
        stretches: dict[str, tuple[int, int]] = {}
        for series_id, from_ms in first_ms.items():
            subject = self._subjects[series_id]
            stretch = stretches.get(subject, (from_ms, from_ms))
            stretches[subject] = (min(stretch[0], from_ms), max(stretch[1], last_ms[series_id]))
        connection.executemany(
            "INSERT INTO dirty (fold, subject, from_ms, to_ms) VALUES ('', ?, ?, ?)",
            [(subject, *stretch) for subject, stretch in stretches.items()],
        )

    def _open_series(self, connection: sqlite3.Connection, readings: Sequence[Reading]) -> Sequence[Vehicle]:
        """Make the series that are missing for these readings; return the vehicles that nothing was known of before."""
        keys: set[_SeriesKey] = {(reading.vin, reading.descriptor, reading.unit or "") for reading in readings}
        if keys <= self._series_ids.keys():
            return ()
        write_rows(connection, _INSERT_SERIES, sorted(keys))
        self._load_series(connection)
        return meet_vehicles(connection, _first_seen(readings).items())

    def _load_series(self, connection: sqlite3.Connection) -> None:
        [every_series] = connection.execute(_EVERY_SERIES).fetchone()
        series = json.loads(every_series)
        self._series_ids = {(subject, key, unit): series_id for series_id, subject, key, unit in series}
        self._subjects = {series_id: subject for series_id, subject, _, _ in series}


def _to_rows(readings: Sequence[Reading], ids: Mapping[_SeriesKey, int]) -> list[_PointRow]:
    """Return the rows of readings. Every reading comes through here, so they are unpacked: twice as fast as by name."""
    return [
        (
            ids[vin, descriptor, unit or ""],
            measured_at_ms,
            encode_value(value),
            0 if sent_at_ms is None or sent_at_ms < measured_at_ms else sent_at_ms - measured_at_ms,
            int(source),
        )
        for vin, descriptor, value, unit, measured_at_ms, sent_at_ms, _, source in readings
    ]


def _add_to_totals(connection: sqlite3.Connection, *, readings: int, refused: int, journal_entries: int = 0) -> None:
    connection.execute(_ADD_TO_TOTALS, (readings, journal_entries, journal_entries, refused))


def _first_seen(readings: Sequence[Reading]) -> dict[Vin, int]:
    """Return when each vehicle's first reading among these came, in milliseconds UTC."""
    first_seen: dict[Vin, int] = {}
    for reading in readings:
        first_seen[reading.vin] = min(first_seen.get(reading.vin, reading.received_at_ms), reading.received_at_ms)
    return first_seen


def _write_journal(connection: sqlite3.Connection, entries: Sequence[JournalEntry]) -> None:
    if entries:
        next_id = _next_id(connection, "SELECT journal_newest_id FROM totals")
        write_rows(
            connection,
            _INSERT_JOURNAL,
            [
                (next_id + offset, entry.received_at_ms, entry.account, entry.topic, entry.payload)
                for offset, entry in enumerate(entries)
            ],
        )


def _write_documents(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    rows: list[Row] = [
        (item.subject, item.kind, item.natural_key, item.body, int(item.source), item.fetched_at_ms)
        for item in documents
    ]
    write_rows(connection, _SAVE_DOCUMENTS, rows)


def _series_key(reading: Reading) -> _SeriesKey:
    return (reading.vin, reading.descriptor, reading.unit or "")


def _to_mark(reading: Reading) -> Mark:
    km = encode_value(reading.value)
    if not isinstance(km, int | float):
        raise ValueError("only numbers are judged with their neighbours")  # noqa: TRY004 - as for other bad values
    return reading.measured_at_ms, km


def _as_given(reading: Reading, provenance: Provenance) -> Reading:
    sent_after_ms, source = provenance
    if (sent_after_ms, source) == (reading.sent_after_ms, int(reading.source)):
        return reading
    return reading._replace(sent_at_ms=reading.measured_at_ms + sent_after_ms, source=Source(source))


def _write_overlays(connection: sqlite3.Connection, overlays: Sequence[Overlay]) -> None:
    connection.executemany(
        "INSERT INTO overlays (vin, kind, at_ms, body, made_by, made_at_ms, undone_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (item.vin, item.kind, item.at_ms, item.body, item.made_by, item.made_at_ms, item.undone_at_ms)
            for item in overlays
        ],
    )


def _write_refused(connection: sqlite3.Connection, refused: Sequence[_Row]) -> None:
    if refused:
        next_id = _next_id(connection, "SELECT refused FROM totals")
        rows = [_refused_row(next_id + offset, row) for offset, row in enumerate(refused)]
        write_rows(connection, _INSERT_REFUSED, rows)
        oldest_kept = next_id + len(refused) - MAX_REFUSED
        connection.execute("DELETE FROM quarantine WHERE id < ? AND rule IS NULL", (oldest_kept,))


def _refused_row(row_id: int, row: _Row) -> Row:
    item = row.item
    reason = item.reason
    if len(item.payload) > MAX_REFUSED_BYTES:
        reason = f"{reason} (the first {MAX_REFUSED_BYTES} of {len(item.payload)} bytes are kept)"
    descriptor = None if item.descriptor is None else _storable(item.descriptor)
    payload = item.payload[:MAX_REFUSED_BYTES]
    what = (row_id, item.received_at_ms, _storable(reason), payload, _storable(item.origin), descriptor)
    judged_by = (None, None) if row.series_id is None else (rule_name(item.descriptor), row.series_id)
    reading = item.reading
    if reading is None:
        return (*what, None, None, None, None, None, None, *judged_by)
    value = encode_value(reading.value)
    times = (reading.measured_at_ms, reading.sent_at_ms)
    return (*what, reading.vin, reading.unit, value, *times, int(reading.source), *judged_by)


def _storable(text: str) -> str:
    """Return the text without lone surrogates, which no file can hold: refused text may be anything."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _next_id(connection: sqlite3.Connection, newest: str) -> int:
    return int(connection.execute(newest).fetchone()[0] or 0) + 1
