"""The accounts and their sealed tokens: port `StoredAccounts`."""

import sqlite3

from typing_extensions import override

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.errors import StoreError
from bimmerhub.ids import Gcid
from bimmerhub.store.ports.accounts import NewAccount, StoredAccount, StoredAccounts
from bimmerhub.store.sqlite.database.connection import transaction
from bimmerhub.store.sqlite.database.threads import Database
from bimmerhub.store.sqlite.tables import Tables

_SAVE = """
INSERT INTO accounts (name, family, client_id, gcid, signed_in_at_ms, services) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET
  family = excluded.family,
  client_id = excluded.client_id,
  gcid = excluded.gcid,
  signed_in_at_ms = excluded.signed_in_at_ms,
  services = excluded.services"""

_LOAD = "SELECT id, name, family, client_id, gcid, signed_in_at_ms, services FROM accounts ORDER BY name"


_SAVE_TOKENS = "UPDATE accounts SET sealed_tokens = ? WHERE id = ? RETURNING signed_in_at_ms"

_STORE_AGAIN = """
UPDATE accounts SET sealed_tokens = ? WHERE id = ? AND signed_in_at_ms = ? AND sealed_tokens IS NOT ?"""


class SqliteAccounts(Tables, StoredAccounts):
    """The table `accounts`. When each account was signed in, and its tokens, are remembered, changed in the writer."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._in_force: dict[int, tuple[int | None, bytes | None]] = {}

    @override
    async def accounts(self) -> list[StoredAccount]:
        return [
            StoredAccount(
                id=account_id,
                name=name,
                family=Family(family),
                client_id=client_id,
                gcid=gcid and Gcid(gcid),
                signed_in_at_ms=signed_in_at_ms,
                services=tuple(map(CarDataService, services.split())),
            )
            for account_id, name, family, client_id, gcid, signed_in_at_ms, services in await self.load_rows(_LOAD)
        ]

    @override
    async def save_account(self, account: NewAccount) -> StoredAccount:
        services = " ".join(account.services)
        cells = (account.name, account.family, account.client_id, account.gcid, account.signed_in_at_ms, services)
        await self.change(_SAVE, *cells)
        return next(stored for stored in await self.accounts() if stored.name == account.name)

    @override
    async def remove_account(self, account_id: int) -> None:
        await self.change("DELETE FROM accounts WHERE id = ?", account_id)
        self._in_force.pop(account_id, None)

    @override
    async def load_tokens(self, account_id: int) -> bytes | None:
        rows = await self.load_rows("SELECT sealed_tokens, signed_in_at_ms FROM accounts WHERE id = ?", account_id)
        if not rows:
            return None
        sealed, signed_in_at_ms = rows[0]
        self._in_force.setdefault(account_id, (signed_in_at_ms, sealed))
        return None if sealed is None else bytes(sealed)

    @override
    async def save_tokens(self, account_id: int, sealed: bytes | None) -> None:
        await self._database.write(self._save_tokens, account_id, sealed)

    def _save_tokens(self, connection: sqlite3.Connection, account_id: int, sealed: bytes | None) -> None:
        with transaction(connection):
            row = connection.execute(_SAVE_TOKENS, (sealed, account_id)).fetchone()
        if row is None:
            raise StoreError("there is no such account (any more) whose tokens could be kept")
        self._in_force[account_id] = (row[0], sealed)

    @override
    async def store_tokens_again(self) -> int:
        return await self._database.write(self._store_again)

    def _store_again(self, connection: sqlite3.Connection) -> int:
        rows = [(sealed, account_id, at_ms, sealed) for account_id, (at_ms, sealed) in self._in_force.copy().items()]
        with transaction(connection):
            return sum(connection.execute(_STORE_AGAIN, row).rowcount for row in rows)
