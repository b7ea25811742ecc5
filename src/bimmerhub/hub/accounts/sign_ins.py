"""Signing accounts in: a code for a person, a task that waits for the approval, and how the newest one ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bimmerhub.bmw.cardata.auth import SignIn, SignInCode
from bimmerhub.bmw.cardata.service_scopes import granted_services
from bimmerhub.bmw.tokens.token_set import TokenSet
from bimmerhub.errors import BimmerhubError, SignInRequired, StoreError
from bimmerhub.hub.accounts.access import AccessBook
from bimmerhub.hub.accounts.book import AccountBook
from bimmerhub.store.ports.accounts import NewAccount
from bimmerhub.views.ports.accounts import SignInState


class DeviceSignIns:
    """The sign-ins of every account since the hub started, one at a time for each.

    `finish` takes the tokens of one that a person has approved. The tasks live in the group that the hub gives.
    """

    def __init__(
        self,
        *,
        accounts: AccountBook,
        accesses: AccessBook,
        tasks: asyncio.TaskGroup,
        finish: Callable[[NewAccount, TokenSet], Awaitable[None]],
    ) -> None:
        self._accounts = accounts
        self._accesses = accesses
        self._tasks = tasks
        self._finish = finish
        self._states: dict[str, SignInState] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._is_stopped = False

    async def start(self, name: str, client_id: str | None) -> SignInState:
        """Ask BMW for a code and go on polling in the background; until it is approved all stays as it was.

        ConfigError for a bad name or no client id, BmwRefused and BmwUnavailable as `SignIn.start`.
        """
        account = await self._accounts.plan(name, client_id=client_id)
        sign_in = self._accesses.new_sign_in(account)
        state = _pending(name, await sign_in.start())
        if self._is_stopped:
            raise StoreError("the hub is stopping", hint="Start it again, then sign in.")
        self.give_up(name)
        self._states[name] = state
        self._waiting[name] = self._tasks.create_task(self._wait(account, sign_in), name=f"sign in {name}")
        return state

    def state(self, name: str) -> SignInState | None:
        """Return the newest sign-in of an account since the hub started."""
        return self._states.get(name)

    def give_up(self, name: str) -> None:
        """Wait no longer for the approval of an account's sign-in."""
        if (waiting := self._waiting.pop(name, None)) is not None:
            waiting.cancel()
            state = self._states[name]
            if state.status == "pending":
                self._states[name] = replace(state, status="failed", error=SignInRequired("the sign-in was given up"))

    def stop(self) -> None:
        """Wait for no approval any more, and start no sign-in."""
        self._is_stopped = True
        for waiting in self._waiting.values():
            waiting.cancel()

    async def _wait(self, account: NewAccount, sign_in: SignIn) -> None:
        name = account.name
        try:
            tokens = await sign_in.wait()
            self._waiting.pop(name, None)  # from here on it is not given up any more
            await self._finish(account, tokens)
        except BimmerhubError as error:
            self._states[name] = replace(self._states[name], status="failed", error=error)
        else:
            self._states[name] = replace(self._states[name], status="done", services=granted_services(tokens))


def _pending(name: str, code: SignInCode) -> SignInState:
    return SignInState(
        account=name,
        status="pending",
        user_code=code.user_code,
        verification_uri=code.verification_uri,
        verification_uri_complete=code.verification_uri_complete,
        expires_at_ms=code.expires_at_ms,
    )
