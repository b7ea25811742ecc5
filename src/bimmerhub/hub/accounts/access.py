"""The one place that opens an account's tokens, and with them BMW's REST interface and stream.

BMW ends the session of an account whose refresh token two programs use (`bmw.tokens.fresh_tokens`), and two `Tokens`
objects are two programs. So an account has one, from its first use until it is signed out or signed in anew.
"""

import asyncio
import random

from typing_extensions import override

from bimmerhub.bmw.cardata.auth import SignIn
from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.rest import RETRIES, CarDataRest
from bimmerhub.bmw.cardata.streaming.polled_link import PolledLink
from bimmerhub.bmw.cardata.streaming.stream import CarDataStream
from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.http import Session
from bimmerhub.bmw.tokens.fresh_tokens import Tokens
from bimmerhub.bmw.tokens.token_places import TokenPlace
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError, SignInRequired
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.quota import QuotaBook
from bimmerhub.hub.accounts.sign_in_places import SignInPlace, place_of
from bimmerhub.store.ports.accounts import NewAccount, StoredAccount


def check_is_cardata(account: StoredAccount) -> None:
    """Raise ConfigError when the account is of another family."""
    if account.family is not Family.CARDATA:
        raise ConfigError(
            f"{account.name} is read by {account.family.shown_name}, which has nothing of CarData's",
            hint="Containers and the stream are CarData's. Name an account of CarData: --account NAME",
        )


class AccountAccess:
    """One account's tokens, and the clients that use them."""

    def __init__(
        self,
        account: StoredAccount,
        *,
        tokens: Tokens,
        quotas: QuotaBook,
        endpoints: Endpoints,
        session: Session,
        clock: Clock,
    ) -> None:
        self.tokens = tokens
        self._account = account
        self._quotas = quotas
        self._endpoints = endpoints
        self._session = session
        self._clock = clock

    def open_rest(self, *, caller: str, retries: int = RETRIES) -> CarDataRest:
        """Return a REST client whose calls are counted as the `caller`'s (see `domain.account.quota.Spent`)."""
        return CarDataRest(
            tokens=self.tokens,
            ledger=self._quotas.ledger(self._account, caller=caller),
            endpoints=self._endpoints,
            session=self._session,
            clock=self._quotas.bmw_clock,
            retries=retries,
        )

    def open_stream(self, *, jitter: random.Random) -> CarDataStream:
        """Return the account's stream; BMW allows one at a time."""
        return CarDataStream(tokens=self.tokens, endpoints=self._endpoints, clock=self._clock, jitter=jitter)

    def open_polled_link(self, *, words: str) -> PolledLink:
        """Return what takes the place of the stream for an account that has none; `words` say how it is read."""
        return PolledLink(tokens=self.tokens, clock=self._clock, words=words)


class AccessBook:
    """The access of every account of a hub."""

    def __init__(
        self, *, accounts: AccountBook, quotas: QuotaBook, endpoints: Endpoints, session: Session, clock: Clock
    ) -> None:
        self._accounts = accounts
        self._quotas = quotas
        self._endpoints = endpoints
        self._session = session
        self._clock = clock
        self._accesses: dict[int, AccountAccess] = {}

    def access(self, account: StoredAccount) -> AccountAccess:
        """Return the account's access, the same one each time until `retire`. Whether it is signed in shows in use.

        ConfigError when the account is of another family.
        """
        check_is_cardata(account)
        if account.id not in self._accesses:
            tokens = Tokens(
                client_id=account.client_id,
                store=_TokensOfPlace(account, accounts=self._accounts, place=self.place),
                endpoints=self._endpoints,
                session=self._session,
                clock=self._clock,
            )
            self._accesses[account.id] = AccountAccess(
                account,
                tokens=tokens,
                quotas=self._quotas,
                endpoints=self._endpoints,
                session=self._session,
                clock=self._clock,
            )
        return self._accesses[account.id]

    @property
    def place(self) -> SignInPlace:
        """Where accounts are signed in by the present settings."""
        return place_of(self._endpoints)

    def retire(self, account: StoredAccount) -> None:
        """End an account's access: whoever still holds it gets SignInRequired, and no token of it is stored any more.

        Call it before the account's tokens are forgotten or replaced.
        """
        if (access := self._accesses.pop(account.id, None)) is not None:
            access.tokens.retire()

    async def finish(self) -> None:
        """Wait for the renewals of tokens under way, whoever asked for them; BMW gives what they bring only once."""
        async with asyncio.TaskGroup() as waiting:
            for access in list(self._accesses.values()):
                waiting.create_task(access.tokens.finish(), name="finish renewals")

    def new_sign_in(self, account: NewAccount) -> SignIn:
        """Return a sign-in to start for the account's client."""
        return SignIn(client_id=account.client_id, endpoints=self._endpoints, session=self._session, clock=self._clock)


class _TokensOfPlace(TokenStore, TokenPlace):
    """An account's tokens, not given to an emulator when BMW made them, nor to BMW when an emulator did."""

    def __init__(self, account: StoredAccount, *, accounts: AccountBook, place: SignInPlace) -> None:
        self._account = account
        self._accounts = accounts
        self._store = accounts.tokens(account)
        self._place = place

    @override
    async def load(self) -> TokenSet | None:
        signed_in_at = await self._accounts.place(self._account.name)
        if signed_in_at is not None and signed_in_at.is_bmws != self._place.is_bmws:
            raise SignInRequired(
                f"{self._account.name} was signed in at {signed_in_at.shown_name}, and the settings name "
                f"{self._place.shown_name} now, which its tokens are not sent to",
                hint="Set [bmw] and the variables BIMMERHUB_BMW__... as they were, or sign in anew: "
                f"bimmerhub login --account {self._account.name}",
            )
        return await self._store.load()

    @override
    async def save(self, tokens: TokenSet) -> None:
        await self._store.save(tokens)

    @override
    async def prepare(self) -> None:
        await self._store.prepare()

    @override
    def came_from(self, tokens: TokenSet) -> str | None:
        return self._store.came_from(tokens)
