"""The accounts and their sealed tokens: port `StoredAccounts`."""

from typing_extensions import override

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.errors import StoreError
from bimmerhub.ids import Gcid
from bimmerhub.store.ports.accounts import NewAccount, StoredAccount, StoredAccounts
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


class SqliteAccounts(Tables, StoredAccounts):
    """The table `accounts`."""

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

    @override
    async def load_tokens(self, account_id: int) -> bytes | None:
        rows = await self.load_rows("SELECT sealed_tokens FROM accounts WHERE id = ?", account_id)
        return rows[0][0] if rows else None

    @override
    async def save_tokens(self, account_id: int, sealed: bytes | None) -> None:
        if not await self.change("UPDATE accounts SET sealed_tokens = ? WHERE id = ?", sealed, account_id):
            raise StoreError("there is no such account (any more) whose tokens could be kept")
