"""One account's tokens in the hub's store, sealed with the secret key; where the database takes nothing, beside it."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

import msgspec
from typing_extensions import override

from bimmerhub.bmw.tokens.token_places import TokenPlace, describe_place, other_place
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.errors import SignInRequired, StoreError
from bimmerhub.hub.accounts.token_spare import TokenSpare
from bimmerhub.hub.process.directory import LOCK_FILE
from bimmerhub.hub.process.secrets import Sealer
from bimmerhub.hub.safekeeping.move_mark import load_arrival, refuse_renewal
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.store.ports.accounts import StoredAccount, StoredAccounts

_log = logging.getLogger(__name__)


class SealedTokens(TokenStore, TokenPlace):
    """The SDK's `TokenStore` for one account.

    `troubles` gets in words, by account, why its tokens are not in the database, or not renewed.
    """

    def __init__(
        self, account: StoredAccount, *, accounts: StoredAccounts, sealer: Sealer, troubles: dict[str, str]
    ) -> None:
        self._account = account
        self._accounts = accounts
        self._sealer = sealer
        self._troubles = troubles
        self._spare = TokenSpare(sealer.data_dir / f"sign-in-{account.id}.spare")
        self._is_prepared = False
        self._has_room = True

    @override
    async def load(self) -> TokenSet | None:
        """Return the account's tokens, None when it has none; SignInRequired when they do not fit the secret key."""
        sealed = await self._accounts.load_tokens(self._account.id)
        if sealed is None:
            return None
        tokens = self._open(sealed)
        spare = await asyncio.to_thread(self._load_spare)
        if spare is not None and _is_later(spare, than=tokens):
            tokens = spare
        if not self._is_prepared:
            self._is_prepared = True
            with suppress(StoreError):  # it is told when the tokens are to be renewed
                await asyncio.to_thread(self._spare.prepare)
        return tokens

    @override
    async def save(self, tokens: TokenSet) -> None:
        """Replace the tokens; they are on disk when this returns, in the spare place when the database takes none."""
        placed = tokens if tokens.kept_at is not None else replace(tokens, kept_at=self._here())
        try:
            sealed = self._sealer.seal(msgspec.json.encode(placed))
            await self._save(sealed)
        except StoreError as error:
            self._troubles[self._account.name] = (
                _not_renewed(error)
                if tokens.renewing_since_ms is not None
                else f"its renewed tokens cannot be stored ({error}); after a restart it has to sign in again"
            )
            raise

    async def replace(self, tokens: TokenSet) -> None:
        """Keep the tokens of a new sign-in, in the database or not at all; StoreError then."""
        placed = replace(tokens, kept_at=self._here())
        await self._accounts.save_tokens(self._account.id, self._sealer.seal(msgspec.json.encode(placed)))
        self._troubles.pop(self._account.name, None)
        await asyncio.to_thread(self._spare.clear)
        with suppress(StoreError):
            await asyncio.to_thread(self._spare.prepare)

    async def forget(self) -> None:
        """Forget the tokens; StoreError when they stay."""
        await self._accounts.save_tokens(self._account.id, None)
        await asyncio.to_thread(self._spare.remove)
        self._troubles.pop(self._account.name, None)

    @override
    async def prepare(self) -> None:
        try:
            refuse_renewal(self._sealer.data_dir)
            await asyncio.to_thread(self._spare.prepare)
        except StoreError as error:
            self._has_room = False
            self._troubles[self._account.name] = _not_renewed(error)
            raise
        self._has_room = True

    @override
    def came_from(self, tokens: TokenSet) -> str | None:
        other = other_place(tokens.kept_at, self._here())
        arrival = load_arrival(self._sealer.data_dir)
        if other is None or arrival is None or not other.startswith(arrival.came_from):
            return other
        return f"{other}, where its move file was made, or wherever else that was restored"

    async def _save(self, sealed: bytes) -> None:
        try:
            await self._accounts.save_tokens(self._account.id, sealed)
        except StoreError as error:
            try:
                await asyncio.to_thread(self._spare.save, sealed)
            except StoreError:
                raise error from None
            self._troubles[self._account.name] = (
                f"its tokens are kept beside the database, which takes nothing ({error}); nothing is lost"
            )
            return
        if self._has_room:
            self._troubles.pop(self._account.name, None)
        await asyncio.to_thread(self._spare.clear)

    def _here(self) -> str | None:
        return describe_place(self._sealer.data_dir / LOCK_FILE)

    def _load_spare(self) -> TokenSet | None:
        sealed = self._spare.load()
        if sealed is None:
            return None
        try:
            return self._open(sealed)
        except (SignInRequired, StoreError) as error:
            _log.warning("%s: what is in its spare place cannot be read: %s", self._account.name, error)
            return None

    def _open(self, sealed: bytes) -> TokenSet:
        try:
            clear = self._sealer.unseal(sealed)
        except StoreError as error:
            login = self._account.family.login_command(self._account.name)
            raise SignInRequired(
                f"the stored tokens of {self._account.name} cannot be read: {error}",
                hint=f"{self._sealer.way_back} Or sign in again: {login}",
            ) from error
        try:
            return msgspec.json.decode(clear, type=TokenSet)
        except NOT_JSON as error:
            raise StoreError(
                f"the stored tokens of {self._account.name} cannot be read", hint="Sign in again: bimmerhub login"
            ) from error


def _not_renewed(error: StoreError) -> str:
    return f"its sign-in is renewed only when the new tokens can be stored, and now they could not ({error})"


def _is_later(spare: TokenSet, *, than: TokenSet) -> bool:
    """Tell whether what is in the spare place belongs to the same sign-in as the database's tokens, and is newer.

    A database that was restored may have an older sign-in, or another account's.
    """
    is_same = (spare.gcid, spare.signed_in_at_ms) == (than.gcid, than.signed_in_at_ms)
    return is_same and spare.renewals >= than.renewals
