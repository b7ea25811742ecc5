"""Every account's feed: started when it is signed in, stopped when it is signed out or the hub ends."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.domain.account.family import Family
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.errors import ConfigError, SignInRequired, StoreError
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.hub.accounts.password_access import PasswordAccessBook, PasswordWish
from bimmerhub.hub.accounts.sign_in_details import SignInDetails
from bimmerhub.hub.accounts.sign_in_places import SignInPlace
from bimmerhub.hub.accounts.sign_ins import DeviceSignIns
from bimmerhub.hub.feeds.feed import Feed, FeedFactory
from bimmerhub.store.ports.accounts import NewAccount, StoredAccount
from bimmerhub.views.ports.accounts import (
    Account,
    AccountLinks,
    AccountSignIn,
    PlannedSignIn,
    SignIns,
    SignInState,
    SliderPictures,
)


class Connections(AccountLinks, SignIns):
    """The accounts of a hub and their feeds. Its tasks live in the group that the hub gives it.

    `feeds` has how each family's feed is opened; with `goes_live` False none is. `relayed` names the accounts that are
    read from a relay, which need no sign-in.
    """

    def __init__(
        self,
        *,
        accounts: AccountBook,
        accesses: AccessBook,
        passwords: PasswordAccessBook,
        feeds: Mapping[Family, FeedFactory],
        tasks: asyncio.TaskGroup,
        now_ms: Callable[[], int],
        goes_live: bool,
        relayed: Collection[str] = (),
    ) -> None:
        self._accounts = accounts
        self._accesses = accesses
        self._passwords = passwords
        self._factories = feeds
        self._tasks = tasks
        self._now_ms = now_ms
        self._goes_live = goes_live
        self._relayed = relayed
        self._sign_ins = DeviceSignIns(
            accounts=accounts, accesses=accesses, tasks=tasks, finish=self._sign_in_at_cardata
        )
        self._feeds: dict[str, tuple[Feed, asyncio.Task[None]]] = {}
        self._doubles: dict[str, Link] = {}
        self._signing_in = asyncio.Lock()
        self._is_stopped = False

    async def start(self) -> None:
        """Connect every account that has tokens. One whose tokens do not fit the secret key says so in its link.

        Of accounts with one GCID, which earlier versions allowed, only the first is connected.
        """
        for account in await self._accounts.accounts():
            await self._connect(account)

    async def stop(self) -> None:
        """Stop every feed and sign-in; what has come in is stored when this returns."""
        self._is_stopped = True
        self._sign_ins.stop()
        for feed, _ in self._feeds.values():
            feed.stop()
        for name in list(self._feeds):
            await self._disconnect(name)

    @override
    async def accounts(self) -> Sequence[Account]:
        return await self._accounts.described(relayed=self._relayed)

    @override
    def links(self) -> Sequence[Link]:
        return [*(feed.link for feed, _ in self._feeds.values()), *self._doubles.values()]

    def feed(self, name: str) -> Feed | None:
        """Return the running feed of an account, None when it has none."""
        running = self._feeds.get(name)
        return None if running is None else running[0]

    @override
    async def start_sign_in(self, name: str, client_id: str | None) -> SignInState:
        return await self._sign_ins.start(name, client_id)

    @override
    async def plan_password_sign_in(self, name: str, sign_in: AccountSignIn) -> PlannedSignIn:
        await self._accounts.plan_password(name, family=sign_in.family)
        details, place = await self._passwords.plan(name, sign_in.family, _details(sign_in))
        return PlannedSignIn(
            account=name,
            family=sign_in.family,
            username=details.user,
            server=place.shown_name,
            captcha_hint=self._passwords.captcha_hint(sign_in.family, details),
            is_slider=self._passwords.wants_slider(sign_in.family, details),
        )

    @override
    async def fetch_slider(self, name: str, sign_in: AccountSignIn) -> SliderPictures:
        await self._accounts.plan_password(name, family=sign_in.family)
        return await self._passwords.fetch_slider(name, sign_in.family, _details(sign_in))

    @override
    async def sign_in_with_password(self, name: str, sign_in: AccountSignIn) -> Account:
        account = await self._accounts.plan_password(name, family=sign_in.family)
        signed_in = await self._passwords.sign_in(
            name,
            sign_in.family,
            _details(sign_in),
            PasswordWish(password=sign_in.password, remember=sign_in.remember, captcha=sign_in.captcha),
        )
        await self._sign_in(account, signed_in.tokens, place=signed_in.place, details=signed_in.details)
        return next(described for described in await self.accounts() if described.name == name)

    @override
    def sign_in_state(self, name: str) -> SignInState | None:
        return self._sign_ins.state(name)

    @override
    async def retry(self, name: str) -> Link:
        account = await self._accounts.named(name)
        if not self._goes_live:
            raise ConfigError(
                "this hub connects no account: it runs only as long as another command, such as login or import",
                hint="When that command has ended: bimmerhub run",
            )
        keeps_its_pace = False
        if (feed := self.feed(name)) is not None and feed.link.state is not LinkState.SIGNED_OUT:
            keeps_its_pace = feed.link.state is LinkState.POLLING and feed.link.family is not Family.CARDATA
            feed.retry_now()
        else:
            async with self._signing_in:
                await self._end(name)  # so that BMW is asked anew about tokens that it refused
                await self._connect(account)
        link = next((link for link in self.links() if link.account == name), None)
        if link is None:
            raise SignInRequired(f"{name} is not signed in", hint=account.family.login_command(name))
        return (
            replace(link, reason=f"not asked anew, as it waits for nothing: {link.reason}") if keeps_its_pace else link
        )

    @override
    async def sign_out(self, name: str) -> None:
        self._sign_ins.give_up(name)
        async with self._signing_in:  # a retry meanwhile would connect with tokens that are about to go
            await self._end(name)
            account = await self._accounts.named(name)
            try:
                await self._accounts.sign_out(account)
                await self._passwords.keep(name, None)
            except StoreError:
                if self._goes_live:
                    await self._connect(account)
                raise
            if name in self._relayed and self._goes_live:
                await self._connect(account)

    async def _sign_in_at_cardata(self, account: NewAccount, tokens: TokenSet) -> None:
        await self._sign_in(account, tokens, place=self._accesses.place)

    async def _sign_in(
        self, account: NewAccount, tokens: TokenSet, *, place: SignInPlace, details: SignInDetails | None = None
    ) -> None:
        """Replace the account's sign-in and connect it; `details` are those of a sign-in by password.

        ConfigError when another account here has the same GCID, or this name is signed in with another one.
        """
        async with self._signing_in:  # of two at once for one GCID the second one sees the first
            rival = await self._accounts.find_rival(account.name, family=account.family, gcid=tokens.gcid)
            if rival is not None:
                another = "use its own name" if account.family.takes_password else "open the link in a private window"
                renew = rival.family.login_command(rival.name)
                raise ConfigError(
                    f"this BMW account is signed in here already, as {rival.name!r}",
                    hint=f"Renew that one: {renew}. For another BMW account {another}.",
                )
            before = await self._accounts.find(account.name)
            if (
                before is not None
                and before.gcid not in (None, tokens.gcid)
                and await self._accounts.has_tokens(before)
            ):
                client_id = "" if account.family.takes_password else " --client-id ID"
                raise ConfigError(
                    f"{account.name!r} is signed in as another BMW account, and stays that",
                    hint=f"Give this one a name of its own: {account.family.login_command('NAME')}{client_id}. "
                    f"To replace the other: bimmerhub logout --account {account.name}, then sign in again.",
                )
            # if this fails, all stays
            signed_in = await self._accounts.sign_in(account, tokens, place=place, now_ms=self._now_ms())
            await self._end(account.name)
            await self._passwords.keep(account.name, details)
            await self._accounts.tokens(signed_in).save(tokens)  # a renewal under way may have stored the old ones
            if self._goes_live:
                await self._connect(signed_in)

    async def _connect(self, account: StoredAccount) -> None:
        has_tokens = await self._accounts.has_tokens(account)
        if not (has_tokens or account.name in self._relayed) or self._is_stopped:
            return
        if not has_tokens:
            account = replace(account, services=())
        if account.gcid is not None and (rival := self._connected_rival(account)) is not None:
            self._doubles[account.name] = _double(account, rival, now_ms=self._now_ms())
            return
        feed = self._factories[account.family](account)
        self._feeds[account.name] = (feed, self._tasks.create_task(feed.run(), name=f"feed {account.name}"))

    def _connected_rival(self, account: StoredAccount) -> StoredAccount | None:
        """Return the account that is connected with the same GCID already."""
        connected = (feed.account for feed, _ in self._feeds.values())
        return next(
            (other for other in connected if (other.family, other.gcid) == (account.family, account.gcid)), None
        )

    async def _end(self, name: str) -> None:
        """End what uses the present sign-in of an account."""
        await self._disconnect(name)
        if (account := await self._accounts.find(name)) is not None:
            self._accesses.retire(account)
            self._passwords.retire(account)

    async def _disconnect(self, name: str) -> None:
        self._doubles.pop(name, None)
        if (running := self._feeds.pop(name, None)) is not None:
            feed, task = running
            feed.stop()
            await asyncio.wait({task})


def _details(sign_in: AccountSignIn) -> SignInDetails:
    return SignInDetails(
        username=sign_in.username,
        region=sign_in.region,
        country=sign_in.country,
        host=sign_in.host,
        sign_in_host=sign_in.sign_in_host,
        grant=sign_in.grant,
        client_key=sign_in.client_key,
        client_secret=sign_in.client_secret,
        client_id=sign_in.client_id,
        redirect_uri=sign_in.redirect_uri,
        subscription_key=sign_in.subscription_key,
        app_version=sign_in.app_version,
        app_build=sign_in.app_build,
        app_user_agent=sign_in.app_user_agent,
        brands=sign_in.brands,
    )


def _double(account: StoredAccount, rival: StoredAccount, *, now_ms: int) -> Link:
    return Link(
        account=account.name,
        family=account.family,
        state=LinkState.STOPPED,
        reason=f"it is the same BMW account as {rival.name}, which is connected; BMW allows one link",
        hint=f"Sign out the name that you do not need: bimmerhub logout --account {account.name}",
        since_ms=now_ms,
    )
