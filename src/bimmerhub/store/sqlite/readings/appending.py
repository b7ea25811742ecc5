"""Appending a batch: readings, raw messages and refused ones in one durable commit."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from bimmerhub.domain.documents import Document
from bimmerhub.domain.own_places import is_vehicle
from bimmerhub.domain.plausibility.one_value import is_judged
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.domain.retention import kind_of
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.erasure import Erased
from bimmerhub.store.ports.judgements import JudgedAnew, JudgedSeries
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Appended, Batch
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.documents import write_documents
from bimmerhub.store.sqlite.erasure import erase_readings, erase_vehicle
from bimmerhub.store.sqlite.readings.apart import move
from bimmerhub.store.sqlite.readings.changes import BatchChanges, GivenReadings
from bimmerhub.store.sqlite.readings.journal import JournalWriter
from bimmerhub.store.sqlite.readings.judging.judges import VERSIONS, Judges
from bimmerhub.store.sqlite.readings.judging.verdicts import Mark, Provenance, earliest
from bimmerhub.store.sqlite.readings.person import (
    PersonalJudgements,
    PointRow,
    SeriesKey,
    Span,
    save_overlays,
    set_apart,
    settle,
    spans_of,
    to_item,
)
from bimmerhub.store.sqlite.readings.points import add_to_totals, to_rows, write_points
from bimmerhub.store.sqlite.readings.refused import MAX_REFUSED, RefusedRow, write_refused
from bimmerhub.store.sqlite.readings.rows import write_rows
from bimmerhub.store.sqlite.readings.series_room import SeriesRoom
from bimmerhub.store.sqlite.readings.slices import SLICE_ROWS, cut_slice, is_unsettled, take_unsettled
from bimmerhub.store.sqlite.readings.values import encode_value
from bimmerhub.store.sqlite.vehicles import meet_vehicles

T = TypeVar("T")

_INSERT_SERIES = "INSERT INTO series (subject, descriptor, unit) VALUES(?) ON CONFLICT DO NOTHING"

_EVERY_SERIES = "SELECT json_group_array(json_array(id, subject, descriptor, unit)) FROM series"
"""One step of SQLite for all rows."""

_RELEASE = "DELETE FROM quarantine WHERE id IN (SELECT value FROM json_each(?))"

_FLOORS = "SELECT subject, kind, floor_ms FROM dropped"

_COUNT_LATE = "UPDATE dropped SET late = late + ? WHERE subject = ? AND kind = ?"

_NOT_JUDGED = "DELETE FROM judged WHERE series_id = ?"


class _Rehearsed(Exception):
    """Ends a transaction that is not to be committed."""


class Appender:
    """Writes batches on the writing connection; remembers the ids of series, which never change once committed."""

    def __init__(self) -> None:
        self._series_ids: dict[SeriesKey, int] = {}
        self._subjects: dict[int, str] = {}
        self._room = SeriesRoom(())
        self._shown = set[SeriesKey]()
        """Of the series without room, those that quarantine shows since the start."""
        self._judges = Judges()
        self._journal = JournalWriter()
        self._person = PersonalJudgements()
        self._floors: dict[tuple[str, str], int] = {}

    def append(self, connection: sqlite3.Connection, batch: Batch) -> Appended:
        """Write the batch in one transaction and return what was new in it."""
        with self._transaction(connection):
            return self._write(connection, batch)

    def settle_slice(self, connection: sqlite3.Connection) -> Appended | None:
        """Settle the next slice of what judgements are about, in one transaction; None when nothing is left.

        Due after each `append` of judgements, until it returns None.
        """
        with self._transaction(connection):
            unsettled = take_unsettled(connection)
            if unsettled is None:
                return None
            self._judges.forget()
            self._load_series(connection)
            series_id, span = unsettled
            key = next(key for key, own_id in self._series_ids.items() if own_id == series_id)
            return self._write(connection, Batch(), unsettled={key: [span]})

    def rehearse(self, connection: sqlite3.Connection, batch: Batch) -> Appended:
        """Return what `append` would return, and leave everything as it is."""
        try:
            with self._transaction(connection):
                appended = self._write(connection, batch, in_slices=False)
                raise _Rehearsed  # noqa: TRY301 - rolls the transaction back
        except _Rehearsed:
            return appended

    def judge_anew(self, connection: sqlite3.Connection, series: JudgedSeries) -> JudgedAnew:
        """Judge all readings of a series in one transaction and return what that did."""
        key = (series.subject, series.descriptor, series.unit)
        with self._transaction(connection):
            if key not in self._series_ids:
                self._load_series(connection)
            judged = BatchChanges()
            series_id = self._series_ids[key]
            verdict = self._judges.judge_anew(connection, series_id, series.descriptor)
            move(connection, series_id, verdict, {})
            judged.add(key, series_id, verdict, members=(), given={})
            inserted = write_points(connection, self._subjects, judged)
            write_refused(connection, judged.apart)
            add_to_totals(connection, readings=inserted - len(judged.withdrawn), refused=len(judged.apart))
            return JudgedAnew(readings=verdict.judged, has_changed=bool(judged.withdrawn or judged.returned))

    def erase(self, connection: sqlite3.Connection, vin: Vin) -> Erased:
        """Erase all that is stored of a vehicle in one transaction, also from the pages that it leaves unused."""
        return self._erase(connection, erase_vehicle, vin)

    def erase_readings(self, connection: sqlite3.Connection, subject: Vin) -> int:
        """Erase the readings of a meter in the same way, and return how many."""
        return self._erase(connection, erase_readings, subject)

    def _erase(self, connection: sqlite3.Connection, erase: Callable[[sqlite3.Connection, Vin], T], subject: Vin) -> T:
        [before] = connection.execute("PRAGMA secure_delete").fetchone()
        connection.execute("PRAGMA secure_delete = ON")
        try:
            with self._transaction(connection):
                erased = erase(connection, subject)
        finally:
            connection.execute(f"PRAGMA secure_delete = {before}")
        self.forget()
        return erased

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Commit durably at the end of the block; when that fails, trust nothing remembered of what was rolled back."""
        try:
            with transaction(connection):
                yield
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        """Trust nothing that is remembered of what is stored: the next batch looks again."""
        self._series_ids.clear()
        self._judges.forget()

    def _write(
        self,
        connection: sqlite3.Connection,
        batch: Batch,
        *,
        unsettled: Mapping[SeriesKey, Sequence[Span]] | None = None,
        in_slices: bool = True,
    ) -> Appended:
        """Write a batch and settle what its judgements are about, or what is `unsettled` of earlier ones."""
        if batch.overlays:
            save_overlays(connection, batch.overlays)
            self._judges.forget()
        if batch.overlays or not self._series_ids:
            self._load_series(connection)
        batch, dropped = self._turn_away(connection, batch)
        if batch.released:
            connection.execute(_RELEASE, (json.dumps(list(batch.released)),))
        given, refused = self._believe_released(batch)
        changes = BatchChanges(believed=[*given.released])
        count = len(given.readings) + len(given.judged)
        if not (batch.released or batch.overlays):  # what a person wants has room
            self._leave_out(given, changes)
        met = self._open_series(connection, [*given.readings, *(reading for _, reading in given.judged)])
        met = [*met, *_meet_unclear(connection, refused), *_meet_archived(connection, batch.documents)]
        spans = spans_of(batch.overlays, self._series_ids) if unsettled is None else unsettled
        if in_slices:
            spans = self._cut(connection, spans)
        touched = self._settle(connection, spans, changes)
        rows = self._accept(connection, given, changes)
        self._judge_readings(connection, given.judged, touched, changes)
        changes.rows += rows
        inserted = write_points(connection, self._subjects, changes)
        self._journal.write(connection, batch.journal)
        write_documents(connection, batch.documents)
        apart = [RefusedRow(item) for item in refused] + changes.apart
        write_refused(connection, apart)
        add_to_totals(
            connection,
            readings=inserted - len(changes.withdrawn),
            refused=len(apart),
            journal_entries=len(batch.journal),
        )
        new = inserted - len(changes.returned)
        return Appended(
            new=new,
            repeated=count - new - len(changes.set_apart),
            set_apart=tuple(changes.set_apart),
            believed=tuple(changes.believed),
            rejected=tuple(changes.rejected),
            withdrawn=tuple(changes.withdrawn),
            returned=tuple(changes.returned),
            changed=frozenset(reading.vin for reading in [*changes.withdrawn, *changes.returned]),
            dropped=dropped,
            met=met,
        )

    def _turn_away(self, connection: sqlite3.Connection, batch: Batch) -> tuple[Batch, Sequence[Reading]]:
        """Return the batch without readings from before the time that a person limits them to, and those readings."""
        if not self._floors:
            return batch, ()
        dropped = [reading for reading in batch.readings if self._is_late(reading)]
        late_items = [item for item in batch.judged if item.reading is not None and self._is_late(item.reading)]
        if not dropped and not late_items:
            return batch, ()
        readings = [reading for reading in batch.readings if not self._is_late(reading)] if dropped else batch.readings
        judged = [item for item in batch.judged if item not in late_items] if late_items else batch.judged
        dropped += [item.reading for item in late_items if item.reading is not None]
        counts = Counter((reading.vin, kind_of(reading.descriptor)) for reading in dropped)
        connection.executemany(_COUNT_LATE, [(count, *key) for key, count in counts.items()])
        return replace(batch, readings=readings, judged=judged), dropped

    def _is_late(self, reading: Reading) -> bool:
        floor_ms = self._floors.get((reading.vin, kind_of(reading.descriptor)))
        return floor_ms is not None and reading.measured_at_ms < floor_ms

    def _believe_released(self, batch: Batch) -> tuple[GivenReadings, Sequence[Refused]]:
        """Return what was given, with those refused by themselves that a person released, and what stays refused."""
        judged = [(item, item.reading) for item in batch.judged if item.reading is not None]
        given = GivenReadings(readings=batch.readings, judged=judged)
        if self._person.is_empty or not batch.refused:
            return given, batch.refused
        released = [item for item in batch.refused if item.reading is not None and self._is_released(item.reading)]
        readings = [item.reading for item in released if item.reading is not None]
        if not released:
            return given, batch.refused
        given.released = [reading for reading in readings if not is_judged(reading)]
        given.readings = [*batch.readings, *given.released]
        pairs = zip(released, readings, strict=True)
        given.judged += [(item, reading) for item, reading in pairs if is_judged(reading)]
        return given, [item for item in batch.refused if item not in released]

    def _is_released(self, reading: Reading) -> bool:
        series_id = self._series_ids.get(_series_key(reading))
        word = None if series_id is None else self._person.last_word(series_id, reading.measured_at_ms, reading.value)
        return word is not None and word.is_true

    def _accept(self, connection: sqlite3.Connection, given: GivenReadings, changes: BatchChanges) -> list[PointRow]:
        """Return the rows of what was given that become points; set apart what a person rejected of everything."""
        rows = to_rows(given.readings, self._series_ids)
        if self._person.is_empty:
            return rows
        rows_to_judge = to_rows([reading for _, reading in given.judged], self._series_ids)
        reasons, more = self._person.rejections(rows), self._person.rejections(rows_to_judge)
        if not reasons and not more:
            return rows
        changes.rejected += [given.readings[place] for place in reasons]
        items = [(rows[place], to_item(given.readings[place]), why) for place, why in reasons.items()]
        items += [(rows_to_judge[place], given.judged[place][0], why) for place, why in more.items()]
        given.judged = [pair for place, pair in enumerate(given.judged) if place not in more]
        new = set_apart(connection, [(row, replace(item, reason=why)) for row, item, why in items])
        changes.apart += new
        changes.set_apart += [row.item for row in new]
        return [row for place, row in enumerate(rows) if place not in reasons]

    def _settle(
        self, connection: sqlite3.Connection, spans: Mapping[SeriesKey, Sequence[Span]], changes: BatchChanges
    ) -> dict[SeriesKey, list[Refused]]:
        """Settle what judgements are about; return the series to be judged, and what comes back to each.

        They are judged as a whole once all of it is settled.
        """
        touched: dict[SeriesKey, list[Refused]] = {}
        for key, own in spans.items():
            series_id = self._series_ids[key]
            settlement = settle(connection, (key, series_id), own, self._person)
            changes.gone += settlement.gone
            changes.withdraw(settlement.withdrawn)
            changes.withdrawn += settlement.merged
            changes.apart += settlement.restated
            changes.rows += to_rows(settlement.back, self._series_ids)
            changes.returned += settlement.back
            if Descriptor(key[1]) not in VERSIONS:
                continue
            if not is_unsettled(connection, series_id):
                connection.execute(_NOT_JUDGED, (series_id,))
                touched[key] = settlement.to_judge
            elif settlement.to_judge:
                touched[key] = settlement.to_judge
        if changes.apart:  # now, for what was given may hold the same readings
            write_refused(connection, changes.apart)
            add_to_totals(connection, readings=0, refused=len(changes.apart))
            changes.apart = []
        return touched

    def _cut(
        self, connection: sqlite3.Connection, spans: Mapping[SeriesKey, Sequence[Span]]
    ) -> Mapping[SeriesKey, Sequence[Span]]:
        """Return what of these stretches is settled in this commit."""
        rows = SLICE_ROWS // max(1, sum(len(own) for own in spans.values()))
        return {
            key: [cut_slice(connection, self._series_ids[key], span, rows=rows) for span in own]
            for key, own in spans.items()
        }

    def _judge_readings(
        self,
        connection: sqlite3.Connection,
        items: Sequence[tuple[Refused, Reading]],
        touched: Mapping[SeriesKey, Sequence[Refused]],
        judged: BatchChanges,
    ) -> None:
        """Judge readings series by series; what leaves points or quarantine is out of there when this returns."""
        by_series: dict[SeriesKey, list[tuple[Mark, Refused, Reading]]] = {key: [] for key in touched}
        restored = [(item, item.reading) for back in touched.values() for item in back if item.reading is not None]
        for item, reading in [*items, *restored]:
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

    def _leave_out(self, given: GivenReadings, changes: BatchChanges) -> None:
        """Take out of what was given the readings of new series that there is no room for."""
        readings = [*given.readings, *(reading for _, reading in given.judged)]
        new = {_series_key(reading) for reading in readings} - self._series_ids.keys()
        reasons = self._room.refuse(new) if new else {}
        if not reasons:
            return
        left_out = [(to_item(reading), reading) for reading in given.readings if _series_key(reading) in reasons]
        changes.rejected += [reading for _, reading in left_out]
        left_out += [pair for pair in given.judged if _series_key(pair[1]) in reasons]
        given.readings = [reading for reading in given.readings if _series_key(reading) not in reasons]
        given.judged = [pair for pair in given.judged if _series_key(pair[1]) not in reasons]
        for item, reading in left_out:
            key = _series_key(reading)
            refused = replace(item, reason=reasons[key])
            changes.set_apart.append(refused)
            if key not in self._shown and len(self._shown) < MAX_REFUSED:
                self._shown.add(key)
                changes.apart.append(RefusedRow(refused))

    def _open_series(self, connection: sqlite3.Connection, readings: Sequence[Reading]) -> Sequence[Vehicle]:
        """Make the series that are missing for these readings; return the vehicles that nothing was known of before."""
        keys: set[SeriesKey] = {(reading.vin, reading.descriptor, reading.unit or "") for reading in readings}
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
        self._room = SeriesRoom(self._series_ids)
        self._person.load(connection, self._series_ids)
        floors = connection.execute(_FLOORS).fetchall()
        self._floors = {(subject, kind): floor_ms for subject, kind, floor_ms in floors}


def _first_seen(readings: Sequence[Reading]) -> dict[Vin, int]:
    """Return when each vehicle's first reading among these came, in milliseconds UTC."""
    first_seen: dict[Vin, int] = {}
    for reading in filter(_is_of_vehicle, readings):
        first_seen[reading.vin] = min(first_seen.get(reading.vin, reading.received_at_ms), reading.received_at_ms)
    return first_seen


def _is_of_vehicle(reading: Reading) -> bool:
    return is_vehicle(reading.vin)


def _meet_unclear(connection: sqlite3.Connection, refused: Sequence[Refused]) -> Sequence[Vehicle]:
    """Return the vehicles that nothing was known of before of those that said something unclear."""
    unclear = [item.unclear for item in refused if item.unclear is not None]
    return meet_vehicles(connection, _first_seen(unclear).items()) if unclear else ()


def _meet_archived(connection: sqlite3.Connection, documents: Sequence[Document]) -> Sequence[Vehicle]:
    """Return the vehicles that nothing was known of before of those that a customer archive has documents of."""
    archived = [document for document in documents if document.source is Source.ARCHIVE]
    return meet_vehicles(connection, {Vin(document.subject): document.fetched_at_ms for document in archived}.items())


def _series_key(reading: Reading) -> SeriesKey:
    return (reading.vin, reading.descriptor, reading.unit or "")


def _to_mark(reading: Reading) -> Mark:
    km = encode_value(reading.value)
    if not isinstance(km, int | float):
        raise ValueError("only numbers are judged with their neighbours")  # noqa: TRY004 - as for other bad values
    return reading.measured_at_ms, km
