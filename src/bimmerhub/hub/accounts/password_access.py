"""The one place that signs accounts in with a name and a password, and opens their family's client.

An account has one client, from its first use until it is signed out or signed in anew: two would sign in twice, and
BMW locks accounts that sign in often. The password itself is kept only when a person wants it remembered.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Protocol

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.gcdm.by_password import BmwLogin
from bimmerhub.bmw.tokens.password_tokens import PasswordSignIn, PasswordTokens
from bimmerhub.bmw.tokens.token_places import TokenPlace
from bimmerhub.bmw.tokens.token_set import TokenSet, TokenStore
from bimmerhub.domain.account.family import Family
from bimmerhub.errors import ConfigError, SignInRequired
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.sealed_tokens import SealedTokens
from bimmerhub.hub.accounts.settings import AccountSettings
from bimmerhub.hub.accounts.sign_in_details import SealedDetails, SignInDetails
from bimmerhub.hub.accounts.sign_in_places import SignInPlace
from bimmerhub.hub.feeds.families.family_client import FamilyClient
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.times import MINUTE_MS
from bimmerhub.views.ports.accounts import SliderPictures

NEW_MS = MINUTE_MS


class PasswordFamily(Protocol):
    """How one family is signed in to and opened."""

    def place(self, details: SignInDetails) -> SignInPlace:
        """Return the servers that these details lead to; ConfigError for what is no address, country or region."""
        ...

    async def sign_in(self, details: SignInDetails, wish: "PasswordWish") -> TokenSet:
        """Sign in at BMW, once; nothing is stored. Errors as `PasswordTokens.sign_in`, and as `place`."""
        ...

    def with_ids(self, details: SignInDetails, *, now_ms: int) -> SignInDetails:  # noqa: ARG002 - of families that want
        """Return the details with what the hub calls itself at BMW, which outlives a restart."""
        return details

    def captcha_hint(self, details: SignInDetails) -> str | None:  # noqa: ARG002 - of families that want one
        """Return how a person gets the captcha that the sign-in wants; None where it wants none."""
        return None

    def wants_slider(self, details: SignInDetails) -> bool:  # noqa: ARG002 - of families that want one
        """Tell whether that captcha is a slider, which `fetch_slider` brings."""
        return False

    async def fetch_slider(self, details: SignInDetails) -> SliderPictures:
        """Return a captcha to solve; ConfigError where `wants_slider` is not so, BmwRefused when BMW gives none."""
        del details
        raise ConfigError("this sign-in has no slider to solve")

    async def check(self, details: SignInDetails) -> None:
        """Raise ConfigError, saying where a user finds it, when something of theirs is missing; also as `place`.

        BmwUnavailable when a country has to be looked up, and BMW does not answer.
        """
        ...

    async def check_region(self, details: SignInDetails, tokens: TokenStore) -> None:
        """Raise BmwRefused when an account that has just signed in belongs to another region than the one named."""
        ...

    def open(self, details: SignInDetails, tokens: TokenStore) -> AbstractAsyncContextManager[FamilyClient]:
        """Open the client that signs its requests with these tokens; errors as `place`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordWish:
    """What a person gives to sign in with. With `remember` the password is kept; a `captcha` is sent once."""

    password: str = field(repr=False)
    remember: bool = False
    captcha: str | None = field(default=None, repr=False)

    def login(self, details: SignInDetails) -> BmwLogin:
        """Return name and password; ConfigError when there is no name."""
        return BmwLogin(username=details.user, password=self.password)


async def sign_in_once(door: PasswordSignIn, details: SignInDetails, wish: PasswordWish, *, clock: Clock) -> TokenSet:
    """Return the tokens that a family's sign-in without captchas gives; nothing is stored."""
    if wish.captcha is not None:
        raise ConfigError("this sign-in wants no captcha", hint="Leave it out: captchas are for --family mybmw.")
    tokens = PasswordTokens(door=door, store=NoTokens(), clock=clock)
    return await tokens.sign_in(wish.login(details), remember=wish.remember)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSignedIn:
    """A sign-in that BMW took: its tokens, where it was, and the details to keep."""

    tokens: TokenSet
    place: SignInPlace
    details: SignInDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an account is asked. `server` is its name for people, None for BMW's own.

    `note` says that the settings name another place, which is not used, and `hint` how it is; None where they do not.
    """

    server: str | None = None
    note: str | None = None
    hint: str | None = None


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
                await self._name_itself(account)
                details, _ = await self._settled(account)
                opening = self._family(account.family).open(details, tokens)
                client = await self._stack.enter_async_context(opening)
                self._opened[account.id] = _Opened(client, tokens)
            return self._opened[account.id].client

    def opened(self, account: StoredAccount) -> FamilyClient | None:
        """Return the account's client if it is open, and open none."""
        opened = self._opened.get(account.id)
        return None if opened is None else opened.client

    async def find_client(self, account: StoredAccount) -> FamilyClient | None:
        """Return the account's client, None when its family takes no password, and so no commands; else as `client`."""
        return await self.client(account) if account.family.takes_password else None

    async def has_new_tokens(self, account: StoredAccount) -> bool:
        """Tell whether BMW has just given the account's tokens: if it refuses them, a new sign-in mends nothing."""
        try:
            tokens = await self._accounts.tokens(account).load()
        except SignInRequired:
            return False
        return tokens is not None and abs(self._clock.now_ms() - tokens.refreshed_at_ms) < NEW_MS

    async def standing(self, account: StoredAccount) -> Standing:
        """Return where an account is asked; errors as `client`."""
        details, note = await self._settled(account)
        place = self._family(account.family).place(details)
        login = account.family.login_command(account.name)
        return Standing(
            server=None if place.is_bmw else place.shown_name,
            note=note,
            hint=None if note is None else f"To move it there, sign in anew: {login}",
        )

    async def plan(self, name: str, family: Family, details: SignInDetails) -> tuple[SignInDetails, SignInPlace]:
        """Return what a sign-in would use, and where it would be; ConfigError when something is missing.

        `details` win over the settings, and those over the newest sign-in. So does the place: an account that was
        signed in at an emulator goes there again, unless another place is named. A place that only `details` name, such
        as those of a program with a token, gets no secret of the settings or of the newest sign-in: it has to bring its
        own.
        """
        table, how, before = self._table(name), self._family(family), await self._accounts.place(name)
        own = table.over(await self._details.recall(name))
        places = [table.host, table.sign_in_host, *((before.api_url, before.auth_url) if before is not None else ())]
        wanted = details.over(own if details.leads_to(places) else own.without_secrets())
        place = how.place(wanted)
        if before is not None and not before.is_bmws and place.is_bmws and wanted.host is None:
            wanted = replace(wanted.at(before), region=details.region or before.region)
        await how.check(wanted)
        _ = wanted.user
        return wanted, how.place(wanted)

    def captcha_hint(self, family: Family, details: SignInDetails) -> str | None:
        """Return how a person gets the captcha that the sign-in wants; None where it wants none."""
        return self._family(family).captcha_hint(details)

    def wants_slider(self, family: Family, details: SignInDetails) -> bool:
        """Tell whether that captcha is a slider."""
        return self._family(family).wants_slider(details)

    async def fetch_slider(self, name: str, family: Family, details: SignInDetails) -> SliderPictures:
        """Return a captcha to solve for a sign-in; errors as `plan`, and as `PasswordFamily.fetch_slider`."""
        wanted, _ = await self.plan(name, family, details)
        return await self._family(family).fetch_slider(wanted)

    async def sign_in(self, name: str, family: Family, details: SignInDetails, wish: PasswordWish) -> PasswordSignedIn:
        """Sign in at BMW, once. Nothing is stored.

        What the settings say is not among the details to keep: it is read from there each time.

        ConfigError when something is missing, BmwRefused when BMW does not want it or the account is another region's;
        BmwUnavailable and RateLimited as they say.
        """
        wanted, place = await self.plan(name, family, details)
        how = self._family(family)
        before = await self._details.recall(name)
        ids = how.with_ids(replace(before, session_id=None), now_ms=self._clock.now_ms())
        wanted = ids_of(ids).over(wanted)
        signed_in = await how.sign_in(wanted, wish)
        await how.check_region(wanted, _HeldTokens(signed_in))
        return PasswordSignedIn(
            # BMW's answer names no account here; its user is who they are
            tokens=replace(signed_in, gcid=signed_in.gcid or wanted.user.casefold()),
            place=place,
            details=ids_of(ids).over(details).over(before),
        )

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

    async def _name_itself(self, account: StoredAccount) -> None:
        """Store what the hub calls itself at BMW for an account that has no such name, or one too old."""
        stored = await self._details.load(account.name)
        named = self._family(account.family).with_ids(stored, now_ms=self._clock.now_ms())
        if named != stored:
            await self._details.save(account.name, named)

    async def _known(self, name: str) -> SignInDetails:
        """Return what is known of an account's sign-in: its settings, else the newest sign-in."""
        return self._table(name).over(await self._details.load(name))

    def _table(self, name: str) -> SignInDetails:
        table = self._settings.get(name)
        return SignInDetails() if table is None else table.sign_in_details(name)

    async def _settled(self, account: StoredAccount) -> tuple[SignInDetails, str | None]:
        """Return how an account is opened, which is where it was signed in, and a note when the settings differ."""
        how, details = self._family(account.family), await self._known(account.name)
        place = await self._accounts.place(account.name)
        if place is None:
            return details, None
        try:
            wanted = how.place(details)
        except ConfigError as error:
            return details.at(place), f"the settings are not used: {error}"
        if wanted.is_at(place):
            return details, None
        if wanted.is_bmws and not self._table(account.name).names_place:
            return details.at(place), None  # settings that are gone name nothing
        return details.at(place), f"the settings name {wanted.shown_name} now, which is not used"

    def _family(self, family: Family) -> PasswordFamily:
        if family not in self._families:
            raise ConfigError(f"{family.shown_name} has no sign-in with name and password", hint="bimmerhub login")
        return self._families[family]


def ids_of(details: SignInDetails) -> SignInDetails:
    """Return of some details only what the hub calls itself."""
    return SignInDetails(
        session_id=details.session_id, session_since_ms=details.session_since_ms, device_id=details.device_id
    )


class _RetirableTokens(TokenStore, TokenPlace):
    """A store of tokens until it is retired; then it has none, and takes none."""

    def __init__(self, store: SealedTokens) -> None:
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

    @override
    async def prepare(self) -> None:
        await self._store.prepare()

    @override
    def came_from(self, tokens: TokenSet) -> str | None:
        return self._store.came_from(tokens)


class _HeldTokens(TokenStore):
    """The tokens of a new sign-in, which are stored nowhere yet."""

    def __init__(self, tokens: TokenSet) -> None:
        self._tokens = tokens

    @override
    async def load(self) -> TokenSet | None:
        return self._tokens

    @override
    async def save(self, tokens: TokenSet) -> None:
        self._tokens = tokens


class NoTokens(TokenStore):
    """Has no tokens and keeps none: those of a new sign-in are stored only once nobody else has its account."""

    @override
    async def load(self) -> TokenSet | None:
        return None

    @override
    async def save(self, tokens: TokenSet) -> None:
        return
