"""The feed of an account that is asked and not heard: questions at its own pace, for every family alike.

Rarely while the cars are parked, more often while one charges or is driven (`polled_pace`). When BMW fails, the pauses
grow; when it refuses, it is asked again hours later; when it wants a person, the feed waits for a new sign-in.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

from typing_extensions import override

from bimmerhub.bmw.clock import Clock
from bimmerhub.bmw.pause import Pause
from bimmerhub.bmw.tokens.fresh_tokens import RenewalWaits
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.errors import (
    BimmerhubError,
    BmwRefused,
    BmwUnavailable,
    ConfigError,
    RateLimited,
    SignInRequired,
    StoreError,
)
from bimmerhub.hub.accounts.password_access import Standing
from bimmerhub.hub.feeds.feed import Feed, Way
from bimmerhub.hub.feeds.polled.polled_cars import PolledCars, Round
from bimmerhub.hub.feeds.polled.polled_pace import REFUSED_PAUSE_MS, PollingSettings
from bimmerhub.hub.feeds.shown_link import ShownLink
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.ids import mask_vin
from bimmerhub.store.ports.accounts import StoredAccount
from bimmerhub.times import spell_duration

_JUDGED = frozenset({LinkState.POLLING, LinkState.WAITING, LinkState.REFUSED, LinkState.SIGNED_OUT})

_log = logging.getLogger(__name__)


class PolledFeed(Feed):
    """Asks for the cars of one account while `run` runs. `link_changed` is told the link.

    `asked_at_ms` says when BMW was asked last, in an earlier run too. `has_new_tokens` tells whether BMW has just
    signed the account in: then it is BMW that fails, not the sign-in. `standing` tells where the account is asked.
    """

    def __init__(
        self,
        account: StoredAccount,
        *,
        cars: PolledCars,
        asked_at_ms: Callable[[], Awaitable[int | None]],
        has_new_tokens: Callable[[], Awaitable[bool]],
        standing: Callable[[], Awaitable[Standing]],
        settings: PollingSettings,
        link_changed: Callable[[Link], None],
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._account = account
        self._cars = cars
        self._asked_at_ms = asked_at_ms
        self._has_new_tokens = has_new_tokens
        self._standing = standing
        self._server = account.family.shown_name
        self._note = ""
        self._hint: str | None = None
        self._settings = settings
        self._clock = clock
        self._jitter = jitter
        self._pause = Pause(clock)
        self._supervisor = Supervisor(f"{account.name}: poll", clock=clock, jitter=jitter)
        self._stopping = asyncio.Event()
        self._shown = ShownLink(account, changed=link_changed, now_ms=clock.now_ms())

    @property
    @override
    def account(self) -> StoredAccount:
        return self._account

    @property
    @override
    def way(self) -> Way:
        return Way.POLL

    @property
    @override
    def link(self) -> Link:
        return self._shown.link

    @override
    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                polling = tasks.create_task(
                    self._supervisor.keep_running(self._poll), name=f"poll {self._account.name}"
                )
                await self._stopping.wait()
                polling.cancel()
        finally:
            await self._note_calls()

    @override
    def retry_now(self) -> None:
        if self.link.state is LinkState.POLLING:
            return  # it answers: a person cannot make BMW be asked more often than its pace
        if self.link.next_try_at_ms is not None:
            self._show(LinkState.CONNECTING, "trying again, as you asked")
        self._pause.cut_short()
        self._supervisor.retry_now()

    @override
    def stop(self) -> None:
        self._stopping.set()

    @override
    async def judged(self) -> None:
        await self._shown.until(lambda link: link.state in _JUDGED)

    async def _poll(self) -> None:
        failures, has_kept_the_pace = 0, False
        while True:
            try:
                if not has_kept_the_pace:
                    await self._keep_the_pace()
                    has_kept_the_pace = True
                await self._look_where()
                pause_ms = self._note_answers(await self._cars.ask())
                failures = 0
            except SignInRequired as error:
                if not await self._has_new_tokens():
                    self._show(LinkState.SIGNED_OUT, str(error), hint=self._how_to_sign_in(error))
                    return  # a new sign-in makes a new feed
                failures += 1
                fault = BmwUnavailable(f"BMW refuses a sign-in that it has just given ({error})")
                pause_ms = self._note_failure(LinkState.WAITING, fault, self._failed_pause_ms(failures), failures)
            except (BmwRefused, ConfigError) as error:
                failures += 1
                pause_ms = self._note_failure(LinkState.REFUSED, error, REFUSED_PAUSE_MS, failures)
            except RateLimited as error:
                failures += 1
                pause_ms = max(self._failed_pause_ms(failures), round(error.retry_after_s * 1000))
                self._note_failure(LinkState.WAITING, error, pause_ms, failures)
            except (BmwUnavailable, RenewalWaits) as error:
                failures += 1
                pause_ms = self._note_failure(LinkState.WAITING, error, self._failed_pause_ms(failures), failures)
            await self._pause.sleep(pause_ms / 1000)

    async def _note_calls(self) -> None:
        """Store the calls of commands since the newest question, for the next run."""
        try:
            await self._cars.note_calls()
        except StoreError as error:
            _log.warning("%s: the newest calls of the day are not stored: %s", self._account.name, error)

    async def _look_where(self) -> None:
        """Find the words for where the account is asked; ConfigError when a setting is missing."""
        standing = await self._standing()
        where = "" if standing.server is None else f" at {standing.server}"
        self._server = f"{self._account.family.shown_name}{where}"
        self._note = "" if standing.note is None else f". It stays where it was signed in: {standing.note}"
        self._hint = standing.hint

    async def _keep_the_pace(self) -> None:
        """After a restart, wait until BMW may be asked again; after a sign-in it may be at once."""
        asked_at_ms = await self._asked_at_ms()
        if asked_at_ms is None or asked_at_ms < (self._account.signed_in_at_ms or 0):
            return
        since_ms, pause_ms = self._clock.now_ms() - asked_at_ms, self._settings.pause_ms(is_active=True)
        if 0 <= since_ms < pause_ms:
            await self._look_where()
            asked = f"{self._server} was asked {spell_duration(since_ms)} ago"
            words = f"{asked}, and will be again in {spell_duration(pause_ms - since_ms)}{self._note}"
            self._show(LinkState.POLLING, words, hint=self._hint)
            await self._pause.sleep((pause_ms - since_ms) / 1000)

    def _note_answers(self, asked: Round) -> int:
        """Show that BMW answers, and return the pause until it is asked again, in milliseconds."""
        pause_ms = usual_ms = self._settings.pause_ms(is_active=asked.is_active)
        if asked.calls_of_day is not None:
            pause_ms = self._settings.stretched_ms(
                usual_ms, spent=asked.calls_of_day, cars=asked.cars, now_ms=self._clock.now_ms()
            )
        verb = "answers" if asked.cars else "answers, and lists no car that is in use here"
        words = f"{self._server} {verb}; {self._say_pace(asked, pause_ms=pause_ms, usual_ms=usual_ms)}"
        for vin, refusal in asked.refused.items():
            words += f". {mask_vin(vin)}: {refusal}"
        words += self._note
        if asked.answers:
            self._shown.count(asked.answers, at_ms=self._clock.now_ms())
        self._show(LinkState.POLLING, words, hint=self._hint)
        return pause_ms

    def _say_pace(self, asked: Round, *, pause_ms: int, usual_ms: int) -> str:
        """Return how often BMW is asked, and how many of the day's calls are made."""
        pace = f"it is asked every {pause_ms / 60_000:g} minutes"
        if asked.is_active and pause_ms == usual_ms:
            pace += " while a car charges or is driven"
        if asked.calls_of_day is None:
            return pace
        calls = f"{asked.calls_of_day} of the day's {self._settings.calls_per_day} calls are made"
        if pause_ms == usual_ms:
            return f"{pace}. {calls}"
        if self._settings.rounds_left(spent=asked.calls_of_day, cars=asked.cars) > 0:
            return f"{pace}. {calls}, so it is asked less often for them to last"
        return f"{calls}, so it is asked again when the next day begins (UTC), in {spell_duration(pause_ms)}"

    def _note_failure(self, state: LinkState, error: BimmerhubError, pause_ms: int, failures: int) -> int:
        if state is LinkState.REFUSED:
            _log.warning("%s: %s. %s", self._account.name, error, error.hint or "")
        self._show(
            state,
            str(error),
            hint=error.hint,
            failures=failures,
            next_try_at_ms=self._clock.now_ms() + pause_ms,
        )
        return pause_ms

    def _failed_pause_ms(self, failures: int) -> int:
        return self._settings.failed_pause_ms(failures, self._jitter)

    def _how_to_sign_in(self, error: SignInRequired) -> str:
        first = "" if error.hint in (None, SignInRequired.hint) else f"{error.hint} Then: "
        command = f"{first}{self._account.family.login_command(self._account.name)}"
        if self._account.family.wants_captcha:
            return command
        return f"{command}; with --remember the hub signs in again by itself"

    def _show(
        self,
        state: LinkState,
        reason: str,
        *,
        hint: str | None = None,
        failures: int = 0,
        next_try_at_ms: int | None = None,
    ) -> None:
        before, now_ms = self.link, self._clock.now_ms()
        self._shown.show(
            replace(
                before,
                state=state,
                reason=reason,
                hint=hint,
                since_ms=before.since_ms if state is before.state else now_ms,
                failures=failures,
                next_try_at_ms=next_try_at_ms,
            )
        )
