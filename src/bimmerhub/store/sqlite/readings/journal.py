"""What is kept of messages as they came: the journal, and the figures of how much there is."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from bimmerhub.errors import ConfigError
from bimmerhub.store.ports.figures import StoreFigures
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.readings.page_tokens import decode_entry_id, encode_entry_id
from bimmerhub.store.sqlite.readings.refused import next_id
from bimmerhub.store.sqlite.readings.rows import write_rows
from bimmerhub.times import DAY_MS, LATEST_MS

PRUNED_AT_ONCE = 2_000
"""Entries that one transaction of `prune_journal` forgets, so that appends get their turn in between."""

MOST_JOURNAL_BYTES = 1_000_000_000
"""What the messages in the journal weigh at most: seven days of a busy car are some 50 MB."""

LEFT_OF_FULL = 0.9
"""So much of that is left when the oldest messages go, so that this is done seldom."""

_SIZE = "SELECT coalesce(sum(length(payload)), 0) FROM journal"

_OLDEST = "SELECT id, length(payload) FROM journal ORDER BY id"

_FORGET = "DELETE FROM journal WHERE id <= ?"

_INSERT_JOURNAL = """
INSERT INTO journal (id, received_at_ms, account, topic, payload) VALUES(?) ON CONFLICT (id) DO NOTHING"""

_FIRST_KEPT = """
SELECT coalesce(
  (SELECT id FROM journal WHERE received_at_ms BETWEEN :before_ms AND :latest_ms ORDER BY id LIMIT 1),
  (SELECT max(id) + 1 FROM journal),
  0
)"""

_SECOND_DAY_AHEAD = """
SELECT id FROM journal
WHERE id < :first_kept AND received_at_ms > :latest_ms AND received_at_ms >= :day_ms + (
  SELECT received_at_ms FROM journal WHERE id < :first_kept AND received_at_ms > :latest_ms ORDER BY id LIMIT 1
) ORDER BY id LIMIT 1"""

_SPAN = """
SELECT oldest.received_at_ms, newest.received_at_ms FROM journal AS oldest, journal AS newest
WHERE oldest.id = (SELECT min(id) FROM journal) AND newest.id = (SELECT max(id) FROM journal)"""


class JournalWriter:
    """Adds entries, and forgets the oldest when they become too many bytes: who sends much fills no disk with it."""

    def __init__(self) -> None:
        self._bytes: int | None = None
        """What the entries weigh; none of them knows when it is forgotten elsewhere, so it may be too much."""

    def write(self, connection: sqlite3.Connection, entries: Sequence[JournalEntry]) -> None:
        """Add entries in the order in which they came."""
        if not entries:
            return
        if self._bytes is None:
            self._bytes = _journal_bytes(connection)
        _write(connection, entries)
        self._bytes += sum(len(entry.payload) for entry in entries)
        if self._bytes > MOST_JOURNAL_BYTES:
            self._bytes = _journal_bytes(connection)
        if self._bytes > MOST_JOURNAL_BYTES:
            self._bytes -= _forget_oldest(connection, self._bytes - round(MOST_JOURNAL_BYTES * LEFT_OF_FULL))


def _journal_bytes(connection: sqlite3.Connection) -> int:
    return int(connection.execute(_SIZE).fetchone()[0])


def _forget_oldest(connection: sqlite3.Connection, wanted_bytes: int) -> int:
    """Forget the oldest entries that weigh at least so much together; return what they weigh."""
    forgotten_bytes, last_id = 0, 0
    for entry_id, size in connection.execute(_OLDEST):
        forgotten_bytes, last_id = forgotten_bytes + size, entry_id
        if forgotten_bytes >= wanted_bytes:
            break
    forgotten = connection.execute(_FORGET, (last_id,)).rowcount
    connection.execute("UPDATE totals SET journal_entries = journal_entries - ?", (forgotten,))
    return forgotten_bytes


def _write(connection: sqlite3.Connection, entries: Sequence[JournalEntry]) -> None:
    first_id = next_id(connection, "SELECT journal_newest_id FROM totals")
    rows = [
        (first_id + offset, entry.received_at_ms, entry.account, entry.topic, entry.payload)
        for offset, entry in enumerate(entries)
    ]
    write_rows(connection, _INSERT_JOURNAL, rows)


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


def load_journal_span(connection: sqlite3.Connection) -> tuple[int, int] | None:
    """Return when the oldest and the newest entry were received, None when there is none."""
    row = connection.execute(_SPAN).fetchone()
    return None if row is None else (row[0], row[1])


def find_first_kept(connection: sqlite3.Connection, *, before_ms: int, now_ms: int | None) -> int:
    """Return the id of the first entry that `ports.journal.Journal.prune` leaves; entries with smaller ids go."""
    latest_ms = LATEST_MS if now_ms is None else now_ms
    if now_ms is not None and (span := load_journal_span(connection)) is not None:
        oldest_ms, newest_ms = span
        if newest_ms > now_ms:
            return 0
        before_ms = min(before_ms - (now_ms - newest_ms), oldest_ms + DAY_MS)
    times = {"before_ms": before_ms, "latest_ms": latest_ms, "day_ms": DAY_MS}
    first_kept: int = connection.execute(_FIRST_KEPT, times).fetchone()[0]
    row = connection.execute(_SECOND_DAY_AHEAD, {**times, "first_kept": first_kept}).fetchone()
    return first_kept if row is None else row[0]


def prune_journal(connection: sqlite3.Connection, *, first_kept: int) -> int:
    """Forget up to `PRUNED_AT_ONCE` entries before this id and return how many went; less than that: it is done."""
    with transaction(connection):
        pruned = connection.execute(
            "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id < ? ORDER BY id LIMIT ?)",
            (first_kept, PRUNED_AT_ONCE),
        ).rowcount
        connection.execute("UPDATE totals SET journal_entries = journal_entries - ?", (pruned,))
    return pruned


def load_figures(connection: sqlite3.Connection, path: Path) -> StoreFigures:
    """Return how much is stored; no table is scanned."""
    row = connection.execute("SELECT readings, journal_entries, refused FROM totals").fetchone()
    log = path.with_name(f"{path.name}-wal")
    log_bytes = log.stat().st_size if log.exists() else 0
    return StoreFigures(
        readings=row[0], journal_entries=row[1], refused=row[2], database_bytes=path.stat().st_size + log_bytes
    )
