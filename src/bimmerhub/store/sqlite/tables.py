"""The small tables beside the readings: quota calls, overlays, containers, settings; and what they have in common."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from typing_extensions import override

from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.containers import StoredContainer, StoredContainers
from bimmerhub.store.ports.overlays import Overlay, StoredOverlays
from bimmerhub.store.ports.quota import QuotaCall, StoredQuotaCalls
from bimmerhub.store.ports.settings import StoredSettings
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.database.threads import Database

_FORGET_CALL = """
DELETE FROM quota_calls WHERE id = (
  SELECT max(id) FROM quota_calls WHERE owner = ? AND at_ms = ? AND operation = ? AND caller = ?)"""

_OVERLAYS = """
SELECT id, vin, kind, at_ms, body, made_by, made_at_ms, undone_at_ms FROM overlays WHERE vin = ? ORDER BY id"""

_SAVE_CONTAINER = """
INSERT INTO containers (id, account_id, name, purpose, descriptors, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  account_id = excluded.account_id,
  name = excluded.name,
  purpose = excluded.purpose,
  descriptors = excluded.descriptors,
  created_at_ms = excluded.created_at_ms"""

_SAVE_SETTING = """
INSERT INTO settings (key, value, secret) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, secret = excluded.secret"""

Cell = int | float | str | bytes | None
P = ParamSpec("P")


class Tables:
    """What the classes of the small tables begin with: short statements; a change is on disk when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load_rows(self, statement: str, *cells: Cell) -> list[Any]:
        """Return the rows of a query."""
        return await self._database.read(lambda connection: connection.execute(statement, cells).fetchall())

    async def write(
        self, change: Callable[Concatenate[sqlite3.Connection, P], None], *cells: P.args, **named: P.kwargs
    ) -> None:
        """Make a change that is more than one statement, in a transaction of its own."""
        await self._database.write(change, *cells, **named)

    async def change(self, statement: str, *cells: Cell) -> int:
        """Run a statement in a transaction of its own and return how many rows it changed."""
        return await self._database.write(_changed_rows, statement, cells)


class SqliteQuotaCalls(Tables, StoredQuotaCalls):
    """The REST calls that were made."""

    @override
    async def record_call(self, call: QuotaCall) -> None:
        await self.change(
            "INSERT INTO quota_calls (owner, at_ms, operation, caller) VALUES (?, ?, ?, ?)",
            *(call.owner, call.at_ms, call.operation, call.caller),
        )

    @override
    async def forget_call(self, call: QuotaCall) -> None:
        await self.change(_FORGET_CALL, call.owner, call.at_ms, call.operation, call.caller)

    @override
    async def calls_since(self, owner: str, since_ms: int) -> list[QuotaCall]:
        rows = await self.load_rows(
            "SELECT at_ms, operation, caller FROM quota_calls WHERE owner = ? AND at_ms >= ? ORDER BY at_ms, id",
            *(owner, since_ms),
        )
        return [
            QuotaCall(owner=owner, at_ms=at_ms, operation=operation, caller=caller) for at_ms, operation, caller in rows
        ]


class SqliteOverlays(Tables, StoredOverlays):
    """What a person says about readings and records."""

    @override
    async def overlays(self, vin: Vin) -> list[Overlay]:
        rows = await self.load_rows(_OVERLAYS, vin)
        return [
            Overlay(
                id=overlay_id,
                vin=Vin(subject),
                kind=kind,
                at_ms=at_ms,
                body=body,
                made_by=made_by,
                made_at_ms=made_at_ms,
                undone_at_ms=undone_at_ms,
            )
            for overlay_id, subject, kind, at_ms, body, made_by, made_at_ms, undone_at_ms in rows
        ]


class SqliteContainers(Tables, StoredContainers):
    """The containers of each account."""

    @override
    async def containers(self, account_id: int) -> list[StoredContainer]:
        rows = await self.load_rows(
            "SELECT id, name, purpose, descriptors, created_at_ms FROM containers WHERE account_id = ? ORDER BY id",
            account_id,
        )
        return [
            StoredContainer(
                id=container_id,
                account_id=account_id,
                name=name,
                purpose=purpose,
                descriptors=tuple(Descriptor(key) for key in json.loads(descriptors)),
                created_at_ms=created_at_ms,
            )
            for container_id, name, purpose, descriptors, created_at_ms in rows
        ]

    @override
    async def save_container(self, container: StoredContainer) -> None:
        words = (container.id, container.account_id, container.name, container.purpose)
        await self.change(_SAVE_CONTAINER, *words, json.dumps(container.descriptors), container.created_at_ms)

    @override
    async def remove_container(self, container_id: str) -> None:
        await self.change("DELETE FROM containers WHERE id = ?", container_id)


class SqliteSettings(Tables, StoredSettings):
    """Small texts by key."""

    @override
    async def load_settings(self, prefix: str = "") -> dict[str, str]:
        rows = await self.load_rows(
            "SELECT key, value FROM settings WHERE substr(key, 1, length(?)) = ? ORDER BY key", prefix, prefix
        )
        return dict(rows)

    @override
    async def save_setting(self, key: str, value: str | None, *, is_secret: bool = False) -> None:
        if value is None:
            await self.change("DELETE FROM settings WHERE key = ?", key)
        else:
            await self.change(_SAVE_SETTING, key, value, is_secret)


def _changed_rows(connection: sqlite3.Connection, statement: str, cells: tuple[Cell, ...]) -> int:
    with transaction(connection):
        return connection.execute(statement, cells).rowcount
