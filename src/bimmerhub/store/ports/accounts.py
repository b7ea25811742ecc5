"""The accounts and their sealed tokens."""

from dataclasses import dataclass
from typing import Protocol

from bimmerhub.domain.account.family import Family
from bimmerhub.ids import Gcid


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """An account as the store keeps it. `name` is local; `gcid` and `signed_in_at_ms` are None before the sign-in."""

    name: str
    family: Family = Family.CARDATA
    client_id: str
    gcid: Gcid | None = None
    signed_in_at_ms: int | None = None

    @property
    def owner(self) -> str:
        """Whose calls and settings they are: the GCID, for another one under the same name begins anew."""
        return self.gcid or self.name


class Accounts(Protocol):
    """The accounts and their tokens. The store sees tokens only encrypted ("sealed")."""

    async def accounts(self) -> list[StoredAccount]:
        """Return every account in order of name."""
        ...

    async def save_account(self, account: StoredAccount) -> None:
        """Add the account, or replace what is stored under its name; its tokens stay."""
        ...

    async def remove_account(self, name: str) -> None:
        """Forget the account and its tokens; its vehicles and readings stay. Nothing happens when there is none."""
        ...

    async def load_tokens(self, name: str) -> bytes | None:
        """Return the account's sealed tokens, None when it has none."""
        ...

    async def save_tokens(self, name: str, sealed: bytes | None) -> None:
        """Replace the account's tokens (None: forget them) and return once that is on disk.

        StoreError when there is no such account.
        """
        ...
