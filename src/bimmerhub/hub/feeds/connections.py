"""All accounts of the hub: their links, their sign-ins, their quotas."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bimmerhub.bmw.cardata.auth import SignIn, SignInCode
from bimmerhub.domain.account.link import Link
from bimmerhub.domain.account.quota import Quota, derive_planned
from bimmerhub.errors import BimmerhubError, StoreError
from bimmerhub.hub.feeds.cardata import AccountLink
from bimmerhub.hub.feeds.cardata_refresh import HOUR_MS, SECONDARY, load_due_ms
from bimmerhub.hub.surroundings import Surroundings
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.views.ports import Account, SignInState


class Connections:
    """Satisfies `web.ports.Accounts`. Its tasks live in the group that the hub gives it."""

    def __init__(self, surroundings: Surroundings, *, tasks: asyncio.TaskGroup, goes_live: bool) -> None:
        self._around = surroundings
        self._tasks = tasks
        self._goes_live = goes_live
        self._links: dict[str, tuple[AccountLink, asyncio.Task[None]]] = {}
        self._sign_ins: dict[str, SignInState] = {}
        self._polling: dict[str, asyncio.Task[None]] = {}
        self._is_stopped = False

    async def start(self) -> None:
        """Connect every account that has tokens; StoreError when tokens do not fit the secret key."""
        accounts = await self._around.book.accounts()
        for account in accounts:
            await self._around.book.tokens(account.name).load()
        for account in accounts:
            await self._connect(account)

    async def stop(self) -> None:
        """Close every link and sign-in; what has come in is stored when this returns."""
        self._is_stopped = True
        for task in self._polling.values():
            task.cancel()
        for link, _ in self._links.values():
            link.stop()
        for name in list(self._links):
            await self._disconnect(name)

    async def accounts(self) -> Sequence[Account]:
        """Return every account in order of name."""
        return [
            Account(
                name=each.name,
                client_id=each.client_id,
                gcid=each.gcid,
                signed_in=await self._around.book.has_tokens(each.name),
                signed_in_at_ms=each.signed_in_at_ms,
            )
            for each in await self._around.book.accounts()
        ]

    def links(self) -> Sequence[Link]:
        """Return the link of every account that is connected or tries to be."""
        return [link.link for link, _ in self._links.values()]

    def link_of(self, name: str) -> AccountLink | None:
        """Return the running link of an account, None when it has none."""
        found = self._links.get(name)
        return None if found is None else found[0]

    async def quotas(self) -> Sequence[Quota]:
        """Return the present day's quota of every account, with what the schedule will still spend."""
        return [await self._quota(account) for account in await self._around.book.accounts()]

    async def _quota(self, account: StoredAccount) -> Quota:
        around = self._around
        now_ms = around.clock.now_ms()
        quota = await around.quotas.load(account, now_ms=now_ms)
        if account.name not in self._links:
            return quota
        every_ms = round(around.rest.refresh_h * HOUR_MS)
        vehicles = [each for each in await around.store.vehicles.vehicles() if each.account == account.name]
        due_ms = await load_due_ms(around.store.settings, account, every_ms)
        planned = derive_planned(
            vehicles=sum(1 for each in vehicles if each.mapping != SECONDARY),
            due_ms=max(due_ms, now_ms),
            every_ms=every_ms,
            until_ms=quota.resets_at_ms,
        )
        return replace(quota, planned=min(planned, max(0, quota.remaining - around.rest.reserve)))

    async def start_sign_in(self, name: str, client_id: str | None) -> SignInState:
        """Ask BMW for a code and go on polling in the background; until it is approved all stays as it was."""
        around = self._around
        account = await around.book.find(name, client_id)
        sign_in = SignIn(
            client_id=account.client_id, endpoints=around.endpoints, session=around.session, clock=around.clock
        )
        state = _pending(name, await sign_in.start())
        if self._is_stopped:
            raise StoreError("the hub is stopping", hint="Start it again, then sign in.")
        self._give_up_sign_in(name)
        self._sign_ins[name] = state
        self._polling[name] = self._tasks.create_task(self._finish(account, sign_in), name=f"sign in {name}")
        return state

    def sign_in_state(self, name: str) -> SignInState | None:
        """Return the newest sign-in of an account since the hub started."""
        return self._sign_ins.get(name)

    async def sign_out(self, name: str) -> None:
        """Forget the account's tokens and close its link; its readings stay."""
        self._give_up_sign_in(name)
        await self._disconnect(name)
        await self._around.book.sign_out(name)

    def _give_up_sign_in(self, name: str) -> None:
        if (polling := self._polling.pop(name, None)) is not None:
            polling.cancel()
            state = self._sign_ins[name]
            if state.status == "pending":
                self._sign_ins[name] = replace(state, status="failed", message="the sign-in was given up", hint=None)

    async def _finish(self, account: StoredAccount, sign_in: SignIn) -> None:
        name = account.name
        try:
            tokens = await sign_in.wait()
            self._polling.pop(name, None)  # from here on it is not given up any more
            await self._disconnect(name)
            account = await self._around.book.sign_in(account, tokens, now_ms=self._around.clock.now_ms())
            if self._goes_live:
                await self._connect(account)
        except BimmerhubError as error:
            self._sign_ins[name] = replace(self._sign_ins[name], status="failed", message=str(error), hint=error.hint)
        else:
            self._sign_ins[name] = replace(self._sign_ins[name], status="done")

    async def _connect(self, account: StoredAccount) -> None:
        if not await self._around.book.has_tokens(account.name) or self._is_stopped:
            return
        link = AccountLink(account, self._around)
        self._links[account.name] = (link, self._tasks.create_task(link.run(), name=f"link {account.name}"))

    async def _disconnect(self, name: str) -> None:
        if (found := self._links.pop(name, None)) is not None:
            link, task = found
            link.stop()
            await asyncio.wait({task})


def _pending(name: str, code: SignInCode) -> SignInState:
    return SignInState(
        account=name,
        status="pending",
        user_code=code.user_code,
        verification_uri=code.verification_uri,
        verification_uri_complete=code.verification_uri_complete,
        expires_at_ms=code.expires_at_ms,
    )
