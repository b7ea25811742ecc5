"""The small tables beside the readings: accounts, quota calls, vehicles, containers, settings."""

import json
import sqlite3
from typing import Any

from bimmerhub.domain.documents import Document
from bimmerhub.domain.reading import Source
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.errors import StoreError
from bimmerhub.ids import Descriptor, Gcid, Vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.store.ports.containers import StoredContainer
from bimmerhub.store.ports.quota import QuotaCall
from bimmerhub.store.sqlite.connection import transaction
from bimmerhub.store.sqlite.threads import Database

_SAVE_ACCOUNT = """
INSERT INTO accounts (name, client_id, gcid, signed_in_at_ms) VALUES (?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE
SET client_id = excluded.client_id, gcid = excluded.gcid, signed_in_at_ms = excluded.signed_in_at_ms"""

_SAVE_VEHICLE = """
INSERT INTO vehicles (vin, account, name, brand, model, drivetrain, mapping, first_seen_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (vin) DO UPDATE SET
  account = coalesce(excluded.account, account),
  name = coalesce(excluded.name, name),
  brand = coalesce(excluded.brand, brand),
  model = coalesce(excluded.model, model),
  drivetrain = coalesce(excluded.drivetrain, drivetrain),
  mapping = coalesce(excluded.mapping, mapping),
  first_seen_at_ms = min(excluded.first_seen_at_ms, first_seen_at_ms)"""

_DOCUMENTS = """
SELECT subject, kind, natural_key, body, source, fetched_at_ms FROM documents WHERE subject = ? AND kind = ?"""

_SAVE_CONTAINER = """
INSERT INTO containers (id, account, name, purpose, descriptors, created_at_ms) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  account = excluded.account,
  name = excluded.name,
  purpose = excluded.purpose,
  descriptors = excluded.descriptors,
  created_at_ms = excluded.created_at_ms"""

_SAVE_SETTING = """
INSERT INTO settings (key, value, secret) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, secret = excluded.secret"""

_Cell = int | str | bytes | None


class _Tables:
    """Short statements on small tables; a change is on disk when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _load(self, statement: str, *cells: _Cell) -> list[Any]:
        return await self._database.read(lambda connection: connection.execute(statement, cells).fetchall())

    async def _change(self, statement: str, *cells: _Cell) -> int:
        return await self._database.write(_changed_rows, statement, cells)


class SqliteAccounts(_Tables):
    """The accounts and their sealed tokens: port `Accounts`."""

    async def accounts(self) -> list[StoredAccount]:
        """Return every account in order of name."""
        rows = await self._load("SELECT name, client_id, gcid, signed_in_at_ms FROM accounts ORDER BY name")
        return [
            StoredAccount(name=name, client_id=client_id, gcid=gcid and Gcid(gcid), signed_in_at_ms=signed_in_at_ms)
            for name, client_id, gcid, signed_in_at_ms in rows
        ]

    async def save_account(self, account: StoredAccount) -> None:
        """Add the account, or replace what is stored under its name; its tokens stay."""
        await self._change(_SAVE_ACCOUNT, account.name, account.client_id, account.gcid, account.signed_in_at_ms)

    async def remove_account(self, name: str) -> None:
        """Forget the account and its tokens; its vehicles and readings stay."""
        await self._change("DELETE FROM accounts WHERE name = ?", name)

    async def load_tokens(self, name: str) -> bytes | None:
        """Return the account's sealed tokens, None when it has none."""
        rows = await self._load("SELECT sealed_tokens FROM accounts WHERE name = ?", name)
        return rows[0][0] if rows else None

    async def save_tokens(self, name: str, sealed: bytes | None) -> None:
        """Replace the account's tokens (None: forget them); StoreError when there is no such account."""
        if not await self._change("UPDATE accounts SET sealed_tokens = ? WHERE name = ?", sealed, name):
            raise StoreError(f"there is no account {name!r} whose tokens could be kept")


class SqliteQuotaLedger(_Tables):
    """The REST calls that were made: port `QuotaLedger`."""

    async def record_call(self, call: QuotaCall) -> None:
        """Add a call."""
        await self._change(
            "INSERT INTO quota_calls (account, at_ms, operation, caller) VALUES (?, ?, ?, ?)",
            *(call.account, call.at_ms, call.operation, call.caller),
        )

    async def calls_since(self, account: str, since_ms: int) -> list[QuotaCall]:
        """Return an account's calls at or after `since_ms`, oldest first."""
        rows = await self._load(
            "SELECT at_ms, operation, caller FROM quota_calls WHERE account = ? AND at_ms >= ? ORDER BY at_ms, id",
            *(account, since_ms),
        )
        return [
            QuotaCall(account=account, at_ms=at_ms, operation=operation, caller=caller)
            for at_ms, operation, caller in rows
        ]


class SqliteVehicles(_Tables):
    """The vehicles that are known: port `Vehicles`."""

    async def vehicles(self) -> list[Vehicle]:
        """Return every vehicle in order of VIN."""
        rows = await self._load(
            "SELECT vin, account, name, brand, model, drivetrain, mapping FROM vehicles ORDER BY vin"
        )
        return [
            Vehicle(
                vin=Vin(vin),
                account=account,
                name=name,
                brand=brand,
                model=model,
                drivetrain=drivetrain,
                mapping=mapping,
            )
            for vin, account, name, brand, model, drivetrain, mapping in rows
        ]

    async def save_vehicle(self, vehicle: Vehicle, *, seen_at_ms: int) -> None:
        """Add the vehicle or add to it: a field that is None leaves what is stored."""
        told = (vehicle.name, vehicle.brand, vehicle.model, vehicle.drivetrain, vehicle.mapping)
        await self._change(_SAVE_VEHICLE, vehicle.vin, vehicle.account, *told, seen_at_ms)


class SqliteDocuments(_Tables):
    """The documents of every subject: port `StoredDocuments`."""

    async def document(self, subject: str, kind: str, natural_key: str = "") -> Document | None:
        """Return one document, None when there is none."""
        rows = await self._load(f"{_DOCUMENTS} AND natural_key = ?", subject, kind, natural_key)
        return _to_document(*rows[0]) if rows else None

    async def documents(self, subject: str, kind: str) -> list[Document]:
        """Return a subject's documents of one kind in order of their natural key."""
        return [_to_document(*row) for row in await self._load(f"{_DOCUMENTS} ORDER BY natural_key", subject, kind)]


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


class SqliteContainers(_Tables):
    """The containers of each account: port `Containers`."""

    async def containers(self, account: str) -> list[StoredContainer]:
        """Return an account's containers in order of id."""
        rows = await self._load(
            "SELECT id, name, purpose, descriptors, created_at_ms FROM containers WHERE account = ? ORDER BY id",
            account,
        )
        return [
            StoredContainer(
                id=container_id,
                account=account,
                name=name,
                purpose=purpose,
                descriptors=tuple(Descriptor(key) for key in json.loads(descriptors)),
                created_at_ms=created_at_ms,
            )
            for container_id, name, purpose, descriptors, created_at_ms in rows
        ]

    async def save_container(self, container: StoredContainer) -> None:
        """Add the container, or replace the one with its id."""
        words = (container.id, container.account, container.name, container.purpose)
        await self._change(_SAVE_CONTAINER, *words, json.dumps(container.descriptors), container.created_at_ms)

    async def remove_container(self, container_id: str) -> None:
        """Forget a container."""
        await self._change("DELETE FROM containers WHERE id = ?", container_id)


class SqliteSettings(_Tables):
    """Small texts by key: port `Settings`."""

    async def load_settings(self, prefix: str = "") -> dict[str, str]:
        """Return the settings whose key starts with `prefix`, in order of key."""
        rows = await self._load(
            "SELECT key, value FROM settings WHERE substr(key, 1, length(?)) = ? ORDER BY key", prefix, prefix
        )
        return dict(rows)

    async def save_setting(self, key: str, value: str | None, *, is_secret: bool = False) -> None:
        """Replace a setting (None: forget it); a secret one is left out of backups."""
        if value is None:
            await self._change("DELETE FROM settings WHERE key = ?", key)
        else:
            await self._change(_SAVE_SETTING, key, value, is_secret)


def _changed_rows(connection: sqlite3.Connection, statement: str, cells: tuple[_Cell, ...]) -> int:
    with transaction(connection):
        return connection.execute(statement, cells).rowcount
