"""Makes an account's planned REST calls at their times: a thin shell around `domain.account.plan`.

One call at a time: the plan is made anew after each, for an answer, a person's call or a lost stream changes it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bimmerhub.bmw.cardata import refusals
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.calls import Ask, CallEnd
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.domain.account.plan import next_call
from bimmerhub.errors import BimmerhubError, BmwRefused, QuotaSpent, RateLimited, SignInRequired
from bimmerhub.hub.feeds.cardata.cardata_plan import CallBook
from bimmerhub.ids import mask_vin
from bimmerhub.times import DAY_MS, HOUR_MS

_log = logging.getLogger(__name__)

SHORTEST_OUTAGE_S = 300.0
"""What a shorter one hides is little: the stream is opened anew about once an hour."""
LONGEST_SLEEP_MS = DAY_MS
PLANNED_ANEW_AFTER_S = HOUR_MS / 1000
"""However the clock is set while nothing is due: set back by years, it would make the next call wait for them."""


class Schedule:
    """Calls `make` for one account when the plan says so. `listened_until_ms` tells when the stream last stood."""

    def __init__(
        self,
        name: str,
        *,
        book: CallBook,
        make: Callable[[Ask], Awaitable[None]],
        listened_until_ms: Callable[[], Awaitable[int | None]],
        clock: Clock,
    ) -> None:
        self._name = name
        self._book = book
        self._make = make
        self._listened_until_ms = listened_until_ms
        self._clock = clock
        self._away_since_s: float | None = None
        self._link_back_ms: int | None = None
        self._is_connected = False
        self._is_retried = False
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Make the calls for ever."""
        if not self._is_connected and self._away_since_s is None:
            self._away_since_s = await self._load_away_since_s()
        while True:
            self._woken.clear()
            await self._note_news()
            state = await self._book.load_state()
            call = next_call(state)
            if call is not None and call.due_ms <= state.now_ms:
                await self._make_one(call.ask)
            else:
                latest_ms = state.now_ms + LONGEST_SLEEP_MS
                await self._sleep_until(latest_ms if call is None else min(call.due_ms, latest_ms))

    async def _load_away_since_s(self) -> float | None:
        """Return until when an earlier run of the hub surely worked: it listened, or BMW answered it.

        In seconds of `clock.elapsed_s`; None when there was none.
        """
        signs = (await self._listened_until_ms(), await self._book.load_last_answer_ms())
        up_until_ms = max((at_ms for at_ms in signs if at_ms is not None), default=None)
        if up_until_ms is None:
            return None
        return self._clock.elapsed_s() - (self._clock.now_ms() - up_until_ms) / 1000

    def wake(self) -> None:
        """Plan anew now: something has changed, such as which cars there are."""
        self._woken.set()

    def retry_now(self) -> None:
        """Forget the pauses that failures made, and plan anew."""
        self._is_retried = True
        self.wake()

    def link_changed(self, link: Link) -> None:
        """Note what the stream does: after an outage the values are fetched once."""
        is_connected = link.state is LinkState.CONNECTED
        now_s = self._clock.elapsed_s()
        if is_connected and not self._is_connected:
            away_since_s, self._away_since_s = self._away_since_s, None
            if away_since_s is not None and now_s - away_since_s >= SHORTEST_OUTAGE_S:
                self._link_back_ms = self._clock.now_ms()
                self.wake()
        elif self._is_connected and not is_connected:
            self._away_since_s = now_s
        self._is_connected = is_connected

    async def _note_news(self) -> None:
        """Note what was told since the last look: that the stream is back, that a person wants another try."""
        at_ms, self._link_back_ms = self._link_back_ms, None
        is_retried, self._is_retried = self._is_retried, False
        if at_ms is not None:
            await self._book.note_link_back(at_ms)
        if is_retried:
            await self._book.forgive()

    async def _make_one(self, ask: Ask) -> None:
        used, before = await self._book.load_used(), await self._book.begin(ask)
        ending, retry_after_s = CallEnd.ANSWERED, 0.0
        try:
            await self._make(ask)
        except asyncio.CancelledError:
            if await self._book.load_used() == used:  # else it counts at BMW: the next start is not to make it again
                await self._book.take_back(ask, before)
            raise
        except BimmerhubError as error:
            what = ask.kind if ask.vin is None else f"{ask.kind} of {mask_vin(ask.vin)}"
            _log.warning("%s: no answer to the call for %s: %s", self._name, what, error)
            ending = _ending_of(error)
            retry_after_s = error.retry_after_s if isinstance(error, RateLimited) else 0.0
        await self._book.end(ask, ending, retry_after_s=retry_after_s)

    async def _sleep_until(self, at_ms: int) -> None:
        """Sleep until a time, or until `wake`, and never longer than after which it is planned anew."""
        async with asyncio.TaskGroup() as tasks:
            ways = {
                tasks.create_task(self._clock.sleep_until(at_ms), name=f"next call {self._name}"),
                tasks.create_task(self._clock.sleep(PLANNED_ANEW_AFTER_S), name=f"next plan {self._name}"),
                tasks.create_task(self._woken.wait(), name=f"plan anew {self._name}"),
            }
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()


def _ending_of(error: BimmerhubError) -> CallEnd:
    """Return what a failure means for the plan. A refusal without BMW's code is its gateway's, and passes."""
    match error:
        case QuotaSpent():
            return CallEnd.NOT_COUNTED
        case RateLimited():
            return CallEnd.TOO_FAST
        case SignInRequired() | BmwRefused(code=refusals.WRONG_SCOPE):
            return CallEnd.NOT_ALLOWED
        case BmwRefused(code=str(code)) if code != refusals.NO_SUCH_CONTAINER:
            return CallEnd.REFUSED
        case _:
            return CallEnd.FAULT
