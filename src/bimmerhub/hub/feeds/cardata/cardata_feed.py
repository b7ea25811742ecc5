"""CarData's feed: one account's stream, and beside it the few scheduled REST calls; or only one of the two."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace

from typing_extensions import override

from bimmerhub.bmw.cardata.streaming.polled_link import PolledLink
from bimmerhub.bmw.cardata.streaming.relay import RelayStream
from bimmerhub.bmw.cardata.streaming.stream import CarDataStream, LinkChanged, StreamMessages
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.errors import SignInRequired
from bimmerhub.hub.feeds.feed import Feed, Way
from bimmerhub.hub.feeds.shown_link import ShownLink
from bimmerhub.hub.ingest.pipeline import Pipeline
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.store.ports.accounts import StoredAccount

_log = logging.getLogger(__name__)

CANCEL_AGAIN_S = 0.5
_GOOD = frozenset({LinkState.CONNECTED, LinkState.POLLING})
_DECIDED = frozenset({LinkState.REFUSED, LinkState.SIGNED_OUT})
"""States that a person has to know of."""


class CarDataFeed(Feed):
    """Keeps one account connected while `run` runs. `link_changed` is told the link, `retried` that a person retries.

    `open_link` gives the stream, or what stands in for it in an account without one (`way`). `beside` is the work that
    runs beside it, by name. Each part has a supervisor of its own, so that one goes on when another fails.
    """

    def __init__(
        self,
        account: StoredAccount,
        *,
        way: Way,
        open_link: Callable[[], CarDataStream | RelayStream | PolledLink],
        beside: Mapping[str, Callable[[], Awaitable[None]]],
        pipeline: Pipeline,
        link_changed: Callable[[Link], None],
        retried: Callable[[], None],
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._account = account
        self._way = way
        self._open_link = open_link
        self._beside = beside
        self._pipeline = pipeline
        self._retried = retried
        self._clock = clock
        self._jitter = jitter
        self._supervisors: list[Supervisor] = []
        self._opened: CarDataStream | RelayStream | PolledLink | None = None
        self._stopping = asyncio.Event()
        self._shown = ShownLink(account, changed=link_changed, now_ms=clock.now_ms())

    @property
    @override
    def account(self) -> StoredAccount:
        return self._account

    @property
    @override
    def way(self) -> Way:
        return self._way

    @property
    @override
    def link(self) -> Link:
        return self._shown.link

    @override
    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep("store", self._pipeline.run), name=f"store {self._account.name}")
            working = [
                tasks.create_task(self._keep(what, work), name=what)
                for what, work in {self._way.value: self._receive, **self._beside}.items()
            ]
            await self._stopping.wait()
            await self._cancel(working)
            self._pipeline.close()

    @override
    def retry_now(self) -> None:
        if self._opened is not None:
            self._opened.retry_now()
            if self.link.next_try_at_ms is not None:  # a relay that waits for the program behind it tries nothing
                self._shown.show(
                    replace(
                        self.link,
                        state=LinkState.CONNECTING,
                        reason="trying again, as you asked",
                        hint=None,
                        since_ms=self._clock.now_ms(),
                        next_try_at_ms=None,
                    )
                )
        for supervisor in self._supervisors:
            supervisor.retry_now()
        self._retried()

    @override
    def stop(self) -> None:
        self._stopping.set()

    @override
    async def judged(self) -> None:
        await self._shown.until(lambda link: link.state in _GOOD | _DECIDED or bool(link.hint))

    async def _cancel(self, working: Iterable[asyncio.Task[None]]) -> None:
        """Cancel until it is done: a connection that is just being opened can miss the first time."""
        pending, has_said_so = set(working), False
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)
            if pending and not has_said_so:
                has_said_so = True
                names = ", ".join(task.get_name() for task in pending)
                _log.warning("%s: still stopping: %s", self._account.name, names)

    async def _keep(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        supervisor = Supervisor(f"{self._account.name}: {what}", clock=self._clock, jitter=self._jitter)
        self._supervisors.append(supervisor)
        await supervisor.keep_running(work)

    async def _receive(self) -> None:
        try:
            self._opened = self._open_link()
            async with aclosing(self._opened.events()) as events:
                async for event in events:
                    match event:
                        case StreamMessages():
                            await self._take(event)
                        case LinkChanged():
                            self._change(event)
        except SignInRequired:
            return  # the link has told it as a change of the link; a new sign-in makes a new feed

    async def _take(self, event: StreamMessages) -> None:
        self._shown.count(len(event.messages), at_ms=event.messages[-1].received_at_ms)
        await self._pipeline.take(event.messages)

    def _change(self, event: LinkChanged) -> None:
        before = self.link
        is_first = before.listening_since_ms is None and event.state is LinkState.CONNECTED
        link = replace(
            before,
            state=event.state,
            reason=event.reason,
            hint=event.hint,
            since_ms=before.since_ms if event.state == before.state else event.at_ms,
            failures=event.failures,
            next_try_at_ms=event.next_try_at_ms,
            refresh_expires_at_ms=event.refresh_expires_at_ms,
            token_warning=event.token_warning,
            overruns=event.overruns,
            overrun_at_ms=event.at_ms if event.overruns > before.overruns else before.overrun_at_ms,
            listening_since_ms=event.at_ms if is_first else before.listening_since_ms,
        )
        if event.state in _DECIDED:
            _log.warning("%s: %s. %s", self._account.name, event.reason, event.hint or "")
        self._shown.show(link)
