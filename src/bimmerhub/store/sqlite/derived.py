"""What folds make of readings, in SQLite: ports `DerivedLog` and `StoredRecords`."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence

from typing_extensions import override

from bimmerhub.store.ports.derived import (
    ALWAYS_MS,
    Checkpoint,
    DerivedLog,
    FoldName,
    Mark,
    Outdated,
    Replacement,
    StoredEvent,
    StoredRecord,
    StoredRecords,
)
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.database.threads import Database

_MISSING = """
SELECT name.key, subjects.subject, name.value
FROM json_each(:versions) AS name
JOIN (SELECT DISTINCT subject FROM series WHERE subject NOT LIKE '%/%') AS subjects
LEFT JOIN folds ON folds.fold = name.key AND folds.subject = subjects.subject
WHERE folds.version IS NOT name.value"""

_SET_VERSION = """
INSERT INTO folds (fold, subject, version, served_version) VALUES (?, ?, ?, NULL)
ON CONFLICT (fold, subject) DO UPDATE SET version = excluded.version"""

_DEAL = """
INSERT INTO dirty (fold, subject, from_ms, to_ms)
SELECT name.key, subject, from_ms, to_ms FROM dirty, json_each(:versions) AS name
WHERE fold = '' ORDER BY dirty.id, name.key"""

_OUTDATED_FOLDS = """
SELECT DISTINCT dirty.fold, dirty.subject, folds.version, folds.served_version IS folds.version
FROM dirty JOIN folds USING (fold, subject)
WHERE dirty.fold IN (SELECT key FROM json_each(:versions))
ORDER BY dirty.fold, dirty.subject"""

_START = """
SELECT before_ms, state FROM checkpoints
WHERE fold = ? AND subject = ? AND version = ? AND before_ms <= ?
ORDER BY before_ms DESC LIMIT 1"""

_FIRST = """
SELECT before_ms, state FROM checkpoints
WHERE fold = ? AND subject = ? AND version = ?
ORDER BY before_ms LIMIT 1"""

_LATER = """
SELECT before_ms, state FROM checkpoints
WHERE fold = ? AND subject = ? AND version = ? AND before_ms > ?
ORDER BY before_ms"""

_DROP_HALF_MADE = (
    """
DELETE FROM records WHERE fold = :fold AND subject = :subject
  AND version IS NOT (SELECT served_version FROM folds WHERE fold = :fold AND subject = :subject)""",
    """
DELETE FROM checkpoints WHERE fold = :fold AND subject = :subject
  AND version IS NOT (SELECT served_version FROM folds WHERE fold = :fold AND subject = :subject)""",
    "DELETE FROM dirty WHERE fold = :fold AND subject = :subject",
)

_INSERT_MARK = "INSERT INTO dirty (fold, subject, from_ms, to_ms) VALUES (?, ?, ?, ?)"

_CLEAR_RECORDS = """
DELETE FROM records WHERE fold = ? AND subject = ? AND version = ?
  AND coalesce(settled_ms, ?) >= ? AND coalesce(settled_ms, ?) < ?"""

_CLEAR_CHECKPOINTS = """
DELETE FROM checkpoints WHERE fold = ? AND subject = ? AND version = ? AND before_ms > ? AND before_ms < ?"""

_SERVE = """
UPDATE folds SET served_version = :version
WHERE fold = :fold AND subject = :subject AND served_version IS NOT :version
  AND NOT EXISTS (SELECT 1 FROM dirty WHERE fold = :fold AND subject = :subject)"""

_FOLDED = "SELECT folded_ms FROM dropped WHERE subject = ? AND kind = 'readings'"

_KEEP_FOLDED = """
UPDATE OR IGNORE records SET version = :version
WHERE fold = :fold AND subject = :subject AND version != :version AND end_at_ms <= :folded_ms"""

_DROP_OTHER_VERSIONS = (
    "DELETE FROM records WHERE fold = :fold AND subject = :subject AND version != :version",
    "DELETE FROM checkpoints WHERE fold = :fold AND subject = :subject AND version != :version",
)

_MARK_ALL = """
INSERT INTO dirty (fold, subject, from_ms, to_ms)
SELECT fold, subject, :from_ms, :to_ms FROM folds WHERE :subject IS NULL OR subject = :subject"""

_MARK_ENDS = """
INSERT INTO dirty (fold, subject, from_ms, to_ms)
SELECT fold, subject, :end_ms, :end_ms FROM folds
WHERE (:names IS NULL OR (fold, subject) IN (SELECT value ->> 0, value ->> 1 FROM json_each(:names)))
  AND (fold, subject, :end_ms) NOT IN (SELECT fold, subject, from_ms FROM dirty)"""

_SERVED = """
SELECT start_at_ms, end_at_ms, settled_ms, body FROM records
WHERE fold = :fold AND subject = :subject
  AND version = (SELECT coalesce(served_version, version) FROM folds WHERE fold = :fold AND subject = :subject)
  AND start_at_ms >= :from_ms AND start_at_ms < :to_ms
ORDER BY start_at_ms"""


class SqliteDerived(DerivedLog, StoredRecords):
    """Both ports on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def outdated_folds(self, versions: Mapping[str, int]) -> list[FoldName]:
        return await self._database.write(_deal, dict(versions))

    @override
    async def outdated(self, name: FoldName) -> Outdated:
        return await self._database.read(_load_outdated, name)

    @override
    async def replace(self, name: FoldName, replacement: Replacement) -> Sequence[StoredEvent]:
        return await self._database.write(_replace, name, replacement)

    @override
    async def mark_all(self, subject: str | None) -> None:
        await self._database.write(_mark_all, subject)

    @override
    async def mark_ends(self, names: Collection[FoldName] | None) -> None:
        pairs = None if names is None else json.dumps([(name.fold, name.subject) for name in names])
        await self._database.write(_mark_ends, pairs)

    @override
    async def records(self, fold: str, subject: str, *, from_ms: int, to_ms: int) -> list[StoredRecord]:
        return await self._database.read(_load_records, fold, subject, from_ms=from_ms, to_ms=to_ms)

    @override
    async def events(self, *, after_id: int, limit: int) -> list[StoredEvent]:
        return await self._database.read(_load_events, after_id=after_id, limit=limit)


def _deal(connection: sqlite3.Connection, versions: dict[str, int]) -> list[FoldName]:
    cells = {"versions": json.dumps(versions)}
    with transaction(connection):
        for fold, subject, version in connection.execute(_MISSING, cells).fetchall():
            _begin_anew(connection, fold, subject, version)
        connection.execute(_DEAL, cells)
        connection.execute("DELETE FROM dirty WHERE fold = ''")
        rows = connection.execute(_OUTDATED_FOLDS, cells).fetchall()
    return [
        FoldName(fold=fold, subject=subject, version=version, is_served=bool(is_served))
        for fold, subject, version, is_served in rows
    ]


def _begin_anew(connection: sqlite3.Connection, fold: str, subject: str, version: int) -> None:
    """Make this version the one that is worked on: what was half made of another one goes, what is served stays."""
    connection.execute(_SET_VERSION, (fold, subject, version))
    for statement in _DROP_HALF_MADE:
        connection.execute(statement, {"fold": fold, "subject": subject})
    connection.execute(_INSERT_MARK, (fold, subject, *ALWAYS_MS))


def _load_outdated(connection: sqlite3.Connection, name: FoldName) -> Outdated:
    rows = connection.execute(
        "SELECT id, from_ms, to_ms FROM dirty WHERE fold = ? AND subject = ? ORDER BY from_ms, to_ms, id",
        (name.fold, name.subject),
    ).fetchall()
    folded_ms = _load_folded(connection, name.subject)
    marks = [
        Mark(id=mark_id, from_ms=max(from_ms, folded_ms), to_ms=max(to_ms, folded_ms))
        for mark_id, from_ms, to_ms in rows
    ]
    if not marks:
        return Outdated(marks=(), start=None, later=())
    key = (name.fold, name.subject, name.version)
    row = connection.execute(_START, (*key, marks[0].from_ms)).fetchone()
    if row is None and folded_ms != ALWAYS_MS[0]:
        row = connection.execute(_FIRST, key).fetchone()
    start = None if row is None else Checkpoint(before_ms=row[0], state=row[1])
    after_ms = ALWAYS_MS[0] if start is None else start.before_ms
    rows = connection.execute(_LATER, (*key, after_ms)).fetchall()
    later = [Checkpoint(before_ms=before_ms, state=state) for before_ms, state in rows]
    return Outdated(marks=marks, start=start, later=later)


def _replace(connection: sqlite3.Connection, name: FoldName, change: Replacement) -> list[StoredEvent]:
    key = (name.fold, name.subject, name.version)
    folded_ms = _load_folded(connection, name.subject)
    from_ms = folded_ms if change.from_ms is None else change.from_ms
    to_ms = ALWAYS_MS[1] if change.to_ms is None else change.to_ms
    under_way_ms = ALWAYS_MS[1] - 1  # what is not settled comes after all that is
    with transaction(connection):
        connection.execute(_CLEAR_RECORDS, (*key, under_way_ms, from_ms, under_way_ms, to_ms))
        connection.execute(_CLEAR_CHECKPOINTS, (*key, from_ms, to_ms))
        _insert_made(connection, key, change, folded_ms=folded_ms)
        events = [event for event in change.events if _insert_event(connection, event)]
        connection.execute(
            "DELETE FROM dirty WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(change.seen)),)
        )
        if change.rest is not None:
            connection.execute(_INSERT_MARK, (name.fold, name.subject, *change.rest))
        served = {"fold": name.fold, "subject": name.subject, "version": name.version}
        if connection.execute(_SERVE, served).rowcount:
            connection.execute(_KEEP_FOLDED, {**served, "folded_ms": folded_ms})
            for statement in _DROP_OTHER_VERSIONS:
                connection.execute(statement, served)
    return events


def _insert_event(connection: sqlite3.Connection, event: StoredEvent) -> bool:
    """Add an event; return False when its cause happened before."""
    cells = (event.kind, event.subject, event.cause, event.body, event.at_ms)
    statement = "INSERT INTO events (kind, subject, cause, body, at_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    return connection.execute(statement, cells).rowcount > 0


def _load_folded(connection: sqlite3.Connection, subject: str) -> int:
    """Return until when records are made of readings that were dropped: they stay as they are."""
    row = connection.execute(_FOLDED, (subject,)).fetchone()
    return ALWAYS_MS[0] if row is None else int(row[0])


def _insert_made(
    connection: sqlite3.Connection, key: tuple[str, str, int], change: Replacement, *, folded_ms: int
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (*key, item.start_at_ms, item.end_at_ms, item.settled_ms, item.body)
            for item in change.records
            if item.end_at_ms > folded_ms
        ],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?)",
        [(*key, item.before_ms, item.state) for item in change.checkpoints],
    )


def _mark_all(connection: sqlite3.Connection, subject: str | None) -> None:
    with transaction(connection):
        connection.execute(_MARK_ALL, {"from_ms": ALWAYS_MS[0], "to_ms": ALWAYS_MS[1], "subject": subject})


def _mark_ends(connection: sqlite3.Connection, names: str | None) -> None:
    with transaction(connection):
        connection.execute(_MARK_ENDS, {"end_ms": ALWAYS_MS[1], "names": names})


def _load_records(
    connection: sqlite3.Connection, fold: str, subject: str, *, from_ms: int, to_ms: int
) -> list[StoredRecord]:
    cells = {"fold": fold, "subject": subject, "from_ms": from_ms, "to_ms": to_ms}
    return [
        StoredRecord(start_at_ms=start_at_ms, end_at_ms=end_at_ms, settled_ms=settled_ms, body=body)
        for start_at_ms, end_at_ms, settled_ms, body in connection.execute(_SERVED, cells)
    ]


def _load_events(connection: sqlite3.Connection, *, after_id: int, limit: int) -> list[StoredEvent]:
    rows = connection.execute(
        "SELECT id, kind, subject, cause, body, at_ms FROM events WHERE id > ? ORDER BY id LIMIT ?", (after_id, limit)
    )
    return [
        StoredEvent(id=event_id, kind=kind, subject=subject, cause=cause, body=body, at_ms=at_ms)
        for event_id, kind, subject, cause, body, at_ms in rows
    ]
