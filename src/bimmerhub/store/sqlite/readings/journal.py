"""What is kept of messages as they came: the journal, quarantine, and the figures of how much there is."""

import sqlite3
from pathlib import Path
from typing import Any

from bimmerhub.domain.reading import Reading, Source
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.figures import StoreFigures
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.readings.page_tokens import decode_entry_id, encode_entry_id
from bimmerhub.store.sqlite.readings.values import Stored, decode_value

PRUNED_AT_ONCE = 2_000
"""Entries that one transaction of `prune_journal` forgets, so that appends get their turn in between."""

_FIRST_KEPT = """
SELECT coalesce(
  (SELECT id FROM journal WHERE received_at_ms >= ? ORDER BY id LIMIT 1),
  (SELECT max(id) + 1 FROM journal)
)"""

_REFUSED = """
SELECT
  id, received_at_ms, reason, payload, origin, descriptor, vin, unit, value, measured_at_ms, sent_at_ms, source
FROM quarantine"""

_BEHIND_THE_NEWEST = 2**63 - 1
"""Above every id of a row."""

_RefusedRow = tuple[Any, ...]  # what sqlite3 gives


def load_journal(
    connection: sqlite3.Connection, *, limit: int, after: str | None
) -> tuple[list[JournalEntry], str | None]:
    """Return one page of the journal in order of arrival, and the token of the place behind it; None: no entries."""
    if limit < 1:
        raise ConfigError("a page must have room for at least one entry")
    rows = connection.execute(
        "SELECT id, received_at_ms, account, topic, payload FROM journal WHERE id > ? ORDER BY id LIMIT ?",
        (0 if after is None else decode_entry_id(after), limit),
    ).fetchall()
    entries = [
        JournalEntry(received_at_ms=received_at_ms, account=account, topic=topic, payload=payload)
        for _, received_at_ms, account, topic, payload in rows
    ]
    return entries, encode_entry_id(rows[-1][0]) if rows else None


def load_journal_end(connection: sqlite3.Connection) -> str:
    """Return the token of the place behind the newest entry."""
    return encode_entry_id(connection.execute("SELECT journal_newest_id FROM totals").fetchone()[0])


def prune_journal(connection: sqlite3.Connection, *, before_ms: int) -> int:
    """Forget up to `PRUNED_AT_ONCE` of the oldest entries and return how many went; less than that: it is done."""
    with transaction(connection):
        first_kept = connection.execute(_FIRST_KEPT, (before_ms,)).fetchone()[0]
        pruned = connection.execute(
            "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id < ? ORDER BY id LIMIT ?)",
            (first_kept, PRUNED_AT_ONCE),
        ).rowcount
        connection.execute("UPDATE totals SET journal_entries = journal_entries - ?", (pruned,))
    return pruned


def load_refused(connection: sqlite3.Connection, *, limit: int, before_id: int | None) -> list[Refused]:
    """Return the newest refused items, newest first; of those with an id below `before_id`."""
    newest = f"{_REFUSED} WHERE id < ? ORDER BY id DESC LIMIT ?"
    rows = connection.execute(newest, (_BEHIND_THE_NEWEST if before_id is None else before_id, limit))
    return [_to_refused(row) for row in rows]


def load_refused_one(connection: sqlite3.Connection, refused_id: int) -> Refused | None:
    """Return one refused item, None when it is not kept."""
    row = connection.execute(f"{_REFUSED} WHERE id = ?", (refused_id,)).fetchone()
    return None if row is None else _to_refused(row)


def _to_refused(row: _RefusedRow) -> Refused:
    refused_id, received_at_ms, reason, payload, origin, descriptor, *cells = row
    return Refused(
        id=refused_id,
        received_at_ms=received_at_ms,
        reason=reason,
        payload=payload,
        origin=origin,
        descriptor=descriptor,
        reading=None if descriptor is None else _to_reading(Descriptor(descriptor), received_at_ms, *cells),
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


def load_figures(connection: sqlite3.Connection, path: Path) -> StoreFigures:
    """Return how much is stored; no table is scanned."""
    row = connection.execute("SELECT readings, journal_entries, refused FROM totals").fetchone()
    log = path.with_name(f"{path.name}-wal")
    log_bytes = log.stat().st_size if log.exists() else 0
    return StoreFigures(
        readings=row[0], journal_entries=row[1], refused=row[2], database_bytes=path.stat().st_size + log_bytes
    )
