"""The accounts of a data directory: who they are, and their tokens, sealed with the secret key."""

from dataclasses import replace

import msgspec

from bimmerhub.bmw.tokens import TokenSet
from bimmerhub.errors import ConfigError, StoreError
from bimmerhub.hub.config import check_account_name
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.ids import Gcid
from bimmerhub.store.ports.accounts import Accounts, StoredAccount


class SealedTokens:
    """The SDK's `TokenStore` for one account, in the hub's store."""

    def __init__(self, name: str, *, accounts: Accounts, sealer: Sealer) -> None:
        self._name = name
        self._accounts = accounts
        self._sealer = sealer

    async def load(self) -> TokenSet | None:
        """Return the account's tokens, None when it has none; StoreError when they do not fit the secret key."""
        sealed = await self._accounts.load_tokens(self._name)
        if sealed is None:
            return None
        try:
            return msgspec.json.decode(self._sealer.unseal(sealed), type=TokenSet)
        except msgspec.DecodeError as error:
            raise StoreError(
                f"the stored tokens of {self._name} cannot be read", hint="Sign in again: bimmerhub login"
            ) from error

    async def save(self, tokens: TokenSet) -> None:
        """Replace the tokens; they are on disk when this returns."""
        await self._accounts.save_tokens(self._name, self._sealer.seal(msgspec.json.encode(tokens)))


class AccountBook:
    """Which accounts there are, and signing them in and out in the store."""

    def __init__(self, accounts: Accounts, sealer: Sealer) -> None:
        self._accounts = accounts
        self._sealer = sealer

    async def accounts(self) -> list[StoredAccount]:
        """Return every account in order of name."""
        return await self._accounts.accounts()

    async def open(self, name: str, client_id: str | None) -> StoredAccount:
        """Return the account of that name, added when it is new. A new client id takes effect and ends its sign-in.

        ConfigError when it is new and no client id was given, or the name is no name.
        """
        account = await self.find(name, client_id)
        known = {each.name: each for each in await self._accounts.accounts()}
        if name not in known or known[name].client_id != account.client_id:
            await self._accounts.save_account(account)
            await self._accounts.save_tokens(name, None)
        return account

    async def find(self, name: str, client_id: str | None) -> StoredAccount:
        """Return the account of that name as it would be with this client id; nothing is stored. Errors as `open`."""
        check_account_name(name)
        known = next((each for each in await self._accounts.accounts() if each.name == name), None)
        if known is None and client_id is None:
            raise ConfigError(
                f"no client id is known for the account {name!r}",
                hint="BMW's portal shows it when you create a CarData client: bimmerhub login --client-id ID",
            )
        wanted = None if client_id is None else client_id.strip().lower()
        if known is not None and wanted in (None, known.client_id):
            return known
        return StoredAccount(name=name, client_id=wanted or "")

    def tokens(self, name: str) -> SealedTokens:
        """Return where the account's tokens are kept."""
        return SealedTokens(name, accounts=self._accounts, sealer=self._sealer)

    async def has_tokens(self, name: str) -> bool:
        """Tell whether tokens are kept for the account, without looking at them."""
        return await self._accounts.load_tokens(name) is not None

    async def sign_in(self, account: StoredAccount, tokens: TokenSet, *, now_ms: int) -> StoredAccount:
        """Keep the tokens of a finished sign-in and return the account as it is now."""
        signed_in = replace(account, gcid=Gcid(tokens.gcid), signed_in_at_ms=now_ms)
        await self._accounts.save_account(signed_in)
        await self.tokens(account.name).save(tokens)
        return signed_in

    async def sign_out(self, name: str) -> None:
        """Forget the account's tokens; ConfigError when there is no such account."""
        if all(each.name != name for each in await self._accounts.accounts()):
            raise ConfigError(f"there is no account named {name!r}", hint="See them: bimmerhub accounts")
        await self._accounts.save_tokens(name, None)
