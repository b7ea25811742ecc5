"""The one place that signs accounts in with a name and a password, and opens their family's client.

An account has one client, from its first use until it is signed out or signed in anew: two would sign in twice, and
BMW locks accounts that sign in often. The password itself is kept only when a person wants it remembered.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, replace
from typing import Protocol

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.password_tokens import PasswordSignIn, PasswordTokens
from bimmerhub.bmw.tokens import TokenSet, TokenStore
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError, SignInRequired
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.accounts.sign_in_details import SealedDetails, SignInDetails
from bimmerhub.hub.feeds.families.family_client import FamilyClient
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.times import MINUTE_MS

NEW_MS = MINUTE_MS


class PasswordFamily(Protocol):
    """How one family is signed in to and opened."""

    def door(self, details: SignInDetails) -> PasswordSignIn:
        """Return the sign-in; ConfigError, saying where a user finds it, when something of theirs is missing."""
        ...

    def open(self, details: SignInDetails, tokens: TokenStore) -> AbstractAsyncContextManager[FamilyClient]:
        """Open the client that signs its requests with these tokens; errors as `door`."""
        ...


@dataclass(slots=True)
class _Opened:
    """An account's client, and the store of its tokens."""

    client: FamilyClient
    tokens: "_RetirableTokens"


class PasswordAccessBook:
    """The clients of every account that signs in with a password. `settings` are the accounts' tables."""

    def __init__(
        self,
        families: Mapping[Family, PasswordFamily],
        *,
        accounts: AccountBook,
        settings: Mapping[str, AccountSettings],
        details: SealedDetails,
        clock: Clock,
    ) -> None:
        self._families = families
        self._accounts = accounts
        self._settings = settings
        self._details = details
        self._clock = clock
        self._opened: dict[int, _Opened] = {}
        self._opening = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def client(self, account: StoredAccount) -> FamilyClient:
        """Return the account's client, the same one each time until `retire`.

        ConfigError when the family is none of these, or a setting is missing. Whether it is signed in shows in use.
        """
        async with self._opening:
            if account.id not in self._opened:
                tokens = _RetirableTokens(self._accounts.tokens(account))
                opening = self._family(account.family).open(await self.details(account.name), tokens)
                client = await self._stack.enter_async_context(opening)
                self._opened[account.id] = _Opened(client, tokens)
            return self._opened[account.id].client

    async def find_client(self, account: StoredAccount) -> FamilyClient | None:
        """Return the account's client, None when its family takes no password, and so no commands; else as `client`."""
        return await self.client(account) if account.family.takes_password else None

    async def has_new_tokens(self, account: StoredAccount) -> bool:
        """Tell whether BMW has just given the account's tokens: if it refuses them, a new sign-in mends nothing."""
        tokens = await self._accounts.tokens(account).load()
        return tokens is not None and abs(self._clock.now_ms() - tokens.refreshed_at_ms) < NEW_MS

    async def details(self, name: str) -> SignInDetails:
        """Return what is known of an account's sign-in: its settings, else the newest sign-in."""
        table = self._settings.get(name)
        own = SignInDetails() if table is None else table.sign_in_details(name)
        return own.over(await self._details.load(name))

    async def sign_in(
        self, name: str, family: Family, details: SignInDetails, *, password: str, remember: bool
    ) -> tuple[TokenSet, SignInDetails]:
        """Sign in at BMW, once; return the tokens, and the details to keep. Nothing is stored.

        What the settings say is not kept: it is read from there each time.

        ConfigError when something is missing, BmwRefused when BMW does not want it; BmwUnavailable and RateLimited as
        they say.
        """
        wanted = details.over(await self.details(name))
        login = BmwLogin(username=wanted.user, password=password)
        tokens = PasswordTokens(door=self._family(family).door(wanted), store=_NoTokens(), clock=self._clock)
        signed_in = await tokens.sign_in(login, remember=remember)
        # BMW's answer names no account here; its user is who they are
        tokens_of_user = replace(signed_in, gcid=signed_in.gcid or wanted.user.casefold())
        return tokens_of_user, details.over(await self._details.load(name))

    async def keep(self, name: str, details: SignInDetails | None) -> None:
        """Keep the details of a finished sign-in, sealed; None forgets them."""
        await self._details.save(name, details)

    def retire(self, account: StoredAccount) -> None:
        """End an account's client: no token of it is stored any more.

        Call it before the account's tokens are forgotten or replaced.
        """
        if (opened := self._opened.pop(account.id, None)) is not None:
            opened.tokens.retire()

    async def close(self) -> None:
        """Close every client."""
        await self._stack.aclose()

    def _family(self, family: Family) -> PasswordFamily:
        if family not in self._families:
            raise ConfigError(f"{family.shown_name} has no sign-in with name and password", hint="bimmerhub login")
        return self._families[family]


class _RetirableTokens(TokenStore):
    """A store of tokens until it is retired; then it has none, and takes none."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self._is_retired = False

    def retire(self) -> None:
        self._is_retired = True

    @override
    async def load(self) -> TokenSet | None:
        return None if self._is_retired else await self._store.load()

    @override
    async def save(self, tokens: TokenSet) -> None:
        if self._is_retired:
            raise SignInRequired("the account was signed out meanwhile")
        await self._store.save(tokens)


class _NoTokens(TokenStore):
    """Keeps nothing: the tokens of a new sign-in are stored only once nobody else has its account."""

    @override
    async def load(self) -> TokenSet | None:
        return None

    @override
    async def save(self, tokens: TokenSet) -> None:
        return
