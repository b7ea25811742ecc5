"""The documents and what they said before: port `StoredDocuments`."""

import sqlite3
from collections.abc import Sequence

from typing_extensions import override

from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Source
from bimmerhub.store.ports.documents import StoredDocuments
from bimmerhub.store.sqlite.tables import Tables
from bimmerhub.times import HOUR_MS

_SAVE = """
INSERT INTO documents (subject, kind, natural_key, fetched_at_ms, body, source) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (subject, kind, natural_key, fetched_at_ms) DO UPDATE
SET body = excluded.body, source = excluded.source WHERE body < excluded.body"""

_LATER = """
SELECT fetched_at_ms FROM documents WHERE subject = ? AND kind = ? AND natural_key = ? AND fetched_at_ms > ?
ORDER BY fetched_at_ms DESC"""

_STAMP = """
UPDATE OR REPLACE documents SET fetched_at_ms = ? WHERE subject = ? AND kind = ? AND natural_key = ?
AND fetched_at_ms = ?"""

_MUCH_LATER_MS = HOUR_MS
"""Two that are fetched at once, or stored again after a failure, may come in the wrong order, but not by so much."""

_FORGET_REPEATS = """
DELETE FROM documents WHERE subject = ?1 AND kind = ?2 AND natural_key = ?3 AND fetched_at_ms IN (
  SELECT fetched_at_ms FROM (
    SELECT fetched_at_ms, body, lag(body) OVER in_time AS before, lead(body) OVER in_time AS after
    FROM documents WHERE subject = ?1 AND kind = ?2 AND natural_key = ?3
    WINDOW in_time AS (ORDER BY fetched_at_ms)
  ) WHERE body = before AND body = after
)"""

_NEWEST = """
SELECT subject, kind, natural_key, body, source, max(fetched_at_ms) FROM documents WHERE subject = ? AND kind = ?"""
"""SQLite takes the other columns from the row of the maximum."""

_VERSIONS = """
SELECT subject, kind, natural_key, body, source, fetched_at_ms FROM documents WHERE subject = ? AND kind = ?"""


class SqliteDocuments(Tables, StoredDocuments):
    """The table `documents`."""

    @override
    async def document(self, subject: str, kind: str, natural_key: str = "") -> Document | None:
        rows = await self.load_rows(f"{_NEWEST} AND natural_key = ? GROUP BY natural_key", subject, kind, natural_key)
        return _to_document(*rows[0]) if rows else None

    @override
    async def documents(self, subject: str, kind: str) -> list[Document]:
        rows = await self.load_rows(f"{_NEWEST} GROUP BY natural_key ORDER BY natural_key", subject, kind)
        return [_to_document(*row) for row in rows]

    @override
    async def versions(self, subject: str, kind: str, natural_key: str | None = None) -> list[Document]:
        keys = [] if natural_key is None else [natural_key]
        wanted = _VERSIONS + " AND natural_key = ?" * len(keys)
        rows = await self.load_rows(f"{wanted} ORDER BY natural_key, fetched_at_ms", subject, kind, *keys)
        return [_to_document(*row) for row in rows]


def write_documents(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    """Add documents, whichever came before; part of the caller's transaction."""
    for item in documents:
        name = (item.subject, item.kind, item.natural_key)
        if item.source is Source.REST:  # it came from BMW just now; an import may be of any time
            _put_before(connection, name, item.fetched_at_ms)
        connection.execute(_SAVE, (*name, item.fetched_at_ms, item.body, int(item.source)))
    for name in {(item.subject, item.kind, item.natural_key) for item in documents}:
        connection.execute(_FORGET_REPEATS, name)


def _put_before(connection: sqlite3.Connection, name: tuple[str, str, str], at_ms: int) -> None:
    """Stamp what came earlier as if much later, by a clock that was ahead, just before `at_ms`; its order stays."""
    later = connection.execute(_LATER, (*name, at_ms + _MUCH_LATER_MS)).fetchall()
    for place, (stamp_ms,) in enumerate(later, start=1):
        connection.execute(_STAMP, (at_ms - place, *name, stamp_ms))


def _to_document(  # noqa: PLR0917 - the cells of a row
    subject: str, kind: str, natural_key: str, body: str, source: int, fetched_at_ms: int
) -> Document:
    return Document(
        subject=subject,
        kind=kind,
        natural_key=natural_key,
        body=body,
        source=Source(source),
        fetched_at_ms=fetched_at_ms,
    )
