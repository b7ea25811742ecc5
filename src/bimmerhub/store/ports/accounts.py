"""The accounts and their sealed tokens."""

from dataclasses import dataclass
from typing import Protocol

from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.services import CarDataService
from bimmerhub.ids import Gcid


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be stored. `name` is a local label; `gcid` and `signed_in_at_ms` are None before a sign-in.

    Where a family tells no GCID, as those that take a password, `gcid` is the user's name at BMW, in lower case.

    `services` are those that the newest sign-in was granted, none before it.
    """

    name: str
    family: Family
    client_id: str
    gcid: Gcid | None = None
    signed_in_at_ms: int | None = None
    services: tuple[CarDataService, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount(NewAccount):
    """An account as the store keeps it. `id` is never given twice."""

    id: int

    @property
    def owner(self) -> str:
        """Whose REST calls and cars they are: the GCID's, for BMW counts by it; the account's id before a sign-in.

        Another BMW account that signs in under the same name begins anew with it.
        """
        return self.gcid or str(self.id)


class StoredAccounts(Protocol):
    """The accounts and their tokens. The store sees tokens only encrypted ("sealed")."""

    async def accounts(self) -> list[StoredAccount]:
        """Return every account in order of name."""
        ...

    async def save_account(self, account: NewAccount) -> StoredAccount:
        """Add the account, or replace what is stored under its name, and return it. Id and tokens stay as they were."""
        ...

    async def remove_account(self, account_id: int) -> None:
        """Forget the account, its tokens, its containers, and that it sees its vehicles; vehicles and readings stay.

        Nothing happens when there is none.
        """
        ...

    async def load_tokens(self, account_id: int) -> bytes | None:
        """Return the account's sealed tokens, None when it has none."""
        ...

    async def save_tokens(self, account_id: int, sealed: bytes | None) -> None:
        """Replace the account's tokens (None: forget them) and return once that is on disk.

        StoreError when there is no such account.
        """
        ...

    async def store_tokens_again(self) -> int:
        """Store the tokens of each sign-in as they were last saved or loaded, where the database has others of it.

        Returns of how many accounts. For a database that took the place of another; one with another sign-in of the
        account stays as it is, for these tokens may belong to another server.
        """
        ...
