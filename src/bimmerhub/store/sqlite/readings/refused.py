"""Quarantine: writing what goes there, and reading it back."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.overlays import REJECTED
from bimmerhub.store.ports.quarantine import PERSON, ApartOdometer, Refused
from bimmerhub.store.sqlite.readings.judging.judges import rule_name
from bimmerhub.store.sqlite.readings.rows import Row, write_rows
from bimmerhub.store.sqlite.readings.values import Stored, decode_value, encode_value

MAX_REFUSED = 10_000
"""Items refused by themselves that are kept; the oldest go first, but for what stands beside a signal."""

MAX_REFUSED_BYTES = 16 * 1024
"""Bytes of a refused payload that are kept."""

_INSERT_REFUSED = """
INSERT INTO quarantine (
  id, received_at_ms, reason, payload, origin, descriptor, vin, unit, value, measured_at_ms, sent_at_ms, source,
  rule, series_id, fingerprint, is_unclear
) VALUES(?)
ON CONFLICT (id) DO NOTHING
ON CONFLICT (fingerprint) DO UPDATE SET received_at_ms = max(received_at_ms, excluded.received_at_ms)"""

_REFUSED = """
SELECT
  id, received_at_ms, reason, payload, origin, descriptor, vin, unit, value, measured_at_ms, sent_at_ms, source,
  is_unclear, rule
FROM quarantine"""

_REFUSED_OF_VEHICLE = """
SELECT descriptor, received_at_ms, vin, unit, value, measured_at_ms, sent_at_ms, source
FROM quarantine INDEXED BY unclear WHERE vin = ? AND is_unclear"""

_OF_VEHICLE = "(vin = ? OR (vin IS NULL AND instr(payload, CAST(? AS BLOB)) > 0))"

_ODOMETERS = """
SELECT id, subject, descriptor, unit FROM series
WHERE descriptor IN (SELECT value FROM json_each(?)) ORDER BY subject, descriptor, unit"""

_NEWEST_NUMBER = """
SELECT measured_at_ms, value FROM points
WHERE series_id = ? AND typeof(value) IN ('integer', 'real') ORDER BY measured_at_ms DESC, value DESC LIMIT 1"""

_APART_BEHIND = """
SELECT measured_at_ms, value, id FROM quarantine
WHERE series_id = ? AND rule IS NOT NULL AND rule != 'person' AND measured_at_ms > ?
ORDER BY measured_at_ms, value LIMIT 1000"""

_PRUNE = """
DELETE FROM quarantine WHERE rule IS NULL AND id <= (
  SELECT id FROM quarantine WHERE rule IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?
) AND NOT (is_unclear AND id = (
  SELECT id FROM quarantine AS same INDEXED BY unclear
  WHERE same.is_unclear AND same.vin = quarantine.vin AND same.descriptor = quarantine.descriptor
  ORDER BY same.measured_at_ms DESC, same.sent_at_ms DESC LIMIT 1
))"""
"""The newest unclear value of each descriptor stays: the live state shows it, also after a restart."""

_BEHIND_THE_NEWEST = 2**63 - 1
"""Above every id of a row."""

_RefusedRow = tuple[Any, ...]  # what sqlite3 gives


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """What goes to quarantine; `series_id` when a person (the item's `rule`) or neighbours set it apart for good."""

    item: Refused
    series_id: int | None = None


def write_refused(connection: sqlite3.Connection, refused: Sequence[RefusedRow]) -> None:
    """Add rows to quarantine; of those that no rule keeps, the oldest go, but for the newest unclear of a descriptor.

    One that is there already, refused by itself for the same reason, gets the time of its last arrival instead.
    """
    if refused:
        first_id = next_id(connection, "SELECT refused FROM totals")
        rows = [_refused_row(first_id + offset, row) for offset, row in enumerate(refused)]
        write_rows(connection, _INSERT_REFUSED, rows)
        if any(row.series_id is None for row in refused) and first_id + len(refused) > MAX_REFUSED:
            connection.execute(_PRUNE, (MAX_REFUSED,))


def _refused_row(row_id: int, row: RefusedRow) -> Row:
    item = row.item
    reason = item.reason
    if len(item.payload) > MAX_REFUSED_BYTES:
        reason = f"{reason} (the first {MAX_REFUSED_BYTES} of {len(item.payload)} bytes are kept)"
    is_long = row.series_id is None and item.reading is not None and _is_long(item.reading.value)
    if is_long:
        reason = f"{reason} (its text is too long to be kept, and cannot be released)"
    descriptor = None if item.descriptor is None else _storable(item.descriptor)
    payload = item.payload[:MAX_REFUSED_BYTES]
    what = (row_id, item.received_at_ms, _storable(reason), payload, _storable(item.origin), descriptor)
    is_unclear = int(item.reading is None and item.unclear is not None)
    judged_by: Row = (None, None, _fingerprint(item), is_unclear)
    if row.series_id is not None:
        judged_by = (item.rule or rule_name(item.descriptor), row.series_id, None, 0)
    reading = item.reading or item.unclear
    if reading is None or is_long:
        return (*what, None, None, None, None, None, None, *judged_by)
    value = encode_value(reading.value)
    times = (reading.measured_at_ms, reading.sent_at_ms)
    return (*what, reading.vin, reading.unit, value, *times, int(reading.source), *judged_by)


def _is_long(value: Value) -> bool:
    return isinstance(value, str) and len(value) > MAX_REFUSED_BYTES


def _fingerprint(item: Refused) -> int:
    """Return the number, of 64 bits with a sign, by which the same thing refused again is recognised."""
    reading = item.reading or item.unclear
    words = [item.reason, item.descriptor]
    if reading is not None:
        words += [reading.vin, reading.unit, repr(reading.value), str(reading.measured_at_ms)]
    said = hashlib.sha256(repr(words).encode("utf-8", "replace") + item.payload).digest()
    return int.from_bytes(said[:8], "big", signed=True)


def _storable(text: str) -> str:
    """Return the text without lone surrogates, which no file can hold: refused text may be anything."""
    return text.encode("utf-8", "replace").decode("utf-8")


def next_id(connection: sqlite3.Connection, newest: str) -> int:
    """Return the id behind the one that the query gives."""
    return int(connection.execute(newest).fetchone()[0] or 0) + 1


def load_refused(
    connection: sqlite3.Connection, *, limit: int, before_id: int | None, rejected: bool, vin: Vin | None
) -> list[Refused]:
    """Return the newest refused items, newest first; those with an id below `before_id`, the rejected, of a car."""
    newest = (
        f"{_REFUSED} WHERE id < ? AND (? OR rule IS NOT ?) AND (? IS NULL OR {_OF_VEHICLE}) ORDER BY id DESC LIMIT ?"
    )
    last_id = _BEHIND_THE_NEWEST if before_id is None else before_id
    rows = connection.execute(newest, (last_id, rejected, PERSON, vin, vin, vin, limit))
    return [_to_refused(row) for row in rows]


def count_rejections(connection: sqlite3.Connection, vin: Vin | None) -> int:
    """Return how many rejections are in force, of one car or of all."""
    in_force = "SELECT count(*) FROM overlays WHERE kind = ? AND undone_at_ms IS NULL AND (? IS NULL OR vin = ?)"
    return int(connection.execute(in_force, (REJECTED, vin, vin)).fetchone()[0])


def load_refused_one(connection: sqlite3.Connection, refused_id: int) -> Refused | None:
    """Return one refused item, None when it is not kept."""
    row = connection.execute(f"{_REFUSED} WHERE id = ?", (refused_id,)).fetchone()
    return None if row is None else _to_refused(row)


def load_apart(connection: sqlite3.Connection, series_id: int, from_ms: int, to_ms: int) -> list[tuple[int, Refused]]:
    """Return what is set apart for good of a series from one time to another, both included, with the ids."""
    rows = connection.execute(
        f"{_REFUSED} WHERE series_id = ? AND rule IS NOT NULL AND measured_at_ms BETWEEN ? AND ?",
        (series_id, from_ms, to_ms),
    )
    return [(row[0], _to_refused(row)) for row in rows]


def load_unclear(connection: sqlite3.Connection, vin: Vin) -> list[Reading]:
    """Return what refused rows of a vehicle say whose value is of another kind than the catalogue says."""
    rows = connection.execute(_REFUSED_OF_VEHICLE, (vin,))
    readings = (_to_reading(Descriptor(descriptor), *cells) for descriptor, *cells in rows)
    return [reading for reading in readings if reading is not None]


def load_apart_odometers(connection: sqlite3.Connection) -> list[ApartOdometer]:
    """Return the odometers that said something else since their newest true reading."""
    odometers: list[ApartOdometer] = []
    for series_id, subject, descriptor, unit in connection.execute(_ODOMETERS, (json.dumps(ODOMETERS),)).fetchall():
        newest = connection.execute(_NEWEST_NUMBER, (series_id,)).fetchone()
        behind = connection.execute(_APART_BEHIND, (series_id, newest[0])).fetchall() if newest else []
        if behind:
            odometers.append(
                ApartOdometer(
                    vin=Vin(subject),
                    descriptor=Descriptor(descriptor),
                    unit=unit or None,
                    newest=newest,
                    ids={(at_ms, value): row_id for at_ms, value, row_id in behind},
                )
            )
    return odometers


def _to_refused(row: _RefusedRow) -> Refused:
    refused_id, received_at_ms, reason, payload, origin, descriptor, *cells, is_unclear, rule = row
    reading = None if descriptor is None else _to_reading(Descriptor(descriptor), received_at_ms, *cells)
    return Refused(
        id=refused_id,
        received_at_ms=received_at_ms,
        reason=reason,
        payload=payload,
        origin=origin,
        descriptor=descriptor,
        rule=rule,
        reading=None if is_unclear else reading,
        unclear=reading if is_unclear else None,
    )


def _to_reading(  # noqa: PLR0917 - the cells of a row
    descriptor: Descriptor,
    received_at_ms: int,
    vin: str | None,
    unit: str | None,
    value: Stored,
    measured_at_ms: int,
    sent_at_ms: int | None,
    source: int,
) -> Reading | None:
    if vin is None:
        return None
    return Reading(
        vin=Vin(vin),
        descriptor=descriptor,
        value=decode_value(value),
        unit=unit,
        measured_at_ms=measured_at_ms,
        sent_at_ms=sent_at_ms,
        received_at_ms=received_at_ms,
        source=Source(source),
    )
