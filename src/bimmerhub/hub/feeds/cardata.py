"""CarData's feed: one account's stream, and beside it the few scheduled REST calls."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace

from typing_extensions import override

from bimmerhub.bmw.cardata.stream import CarDataStream, LinkChanged, StreamMessages
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.errors import SignInRequired
from bimmerhub.hub.feeds.cardata_newcomers import Newcomers
from bimmerhub.hub.feeds.cardata_schedule import Schedule
from bimmerhub.hub.feeds.feed import Feed, Way
from bimmerhub.hub.ingest.pipeline import Pipeline
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.store.ports.accounts import StoredAccount

_log = logging.getLogger(__name__)

CANCEL_AGAIN_S = 0.5
_DECIDED = frozenset({LinkState.REFUSED, LinkState.SIGNED_OUT})
"""States that a person has to know of."""


class CarDataFeed(Feed):
    """Keeps one account connected while `run` runs. `open_stream` gives a new stream, `link_changed` is told the link.

    The stream and the schedule each run under a supervisor of their own, so that one goes on when the other fails.
    """

    def __init__(
        self,
        account: StoredAccount,
        *,
        open_stream: Callable[[], CarDataStream],
        schedule: Schedule,
        newcomers: Newcomers,
        pipeline: Pipeline,
        link_changed: Callable[[Link], None],
        clock: Clock,
        jitter: random.Random,
    ) -> None:
        self._account = account
        self._open_stream = open_stream
        self._schedule = schedule
        self._newcomers = newcomers
        self._pipeline = pipeline
        self._link_changed = link_changed
        self._clock = clock
        self._jitter = jitter
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._link = Link(
            account=account.name,
            family=account.family,
            state=LinkState.CONNECTING,
            reason="starting",
            hint=None,
            since_ms=clock.now_ms(),
        )

    @property
    @override
    def account(self) -> StoredAccount:
        return self._account

    @property
    @override
    def way(self) -> Way:
        return Way.STREAM

    @property
    @override
    def link(self) -> Link:
        return self._link

    @override
    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep("store", self._pipeline.run), name=f"store {self._account.name}")
            working = [
                tasks.create_task(self._keep("stream", self._receive), name="stream"),
                tasks.create_task(self._keep("REST", self._schedule.run), name="REST"),
                tasks.create_task(self._keep("new cars", self._newcomers.run), name="new cars"),
            ]
            await self._stopping.wait()
            await self._cancel(working)
            self._pipeline.close()

    @override
    def stop(self) -> None:
        self._stopping.set()

    @override
    async def judged(self) -> None:
        while not (self._link.state is LinkState.CONNECTED or self._link.hint or self._link.state in _DECIDED):
            await self._changed.wait()

    async def _cancel(self, working: Iterable[asyncio.Task[None]]) -> None:
        """Cancel until it is done: a connection that is just being opened can miss the first time."""
        pending = set(working)
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)
            if pending:
                names = ", ".join(task.get_name() for task in pending)
                _log.warning("%s: still stopping: %s", self._account.name, names)

    async def _keep(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        supervisor = Supervisor(f"{self._account.name}: {what}", clock=self._clock, jitter=self._jitter)
        await supervisor.keep_running(work)

    async def _receive(self) -> None:
        try:
            async with aclosing(self._open_stream().events()) as events:
                async for event in events:
                    match event:
                        case StreamMessages():
                            await self._take(event)
                        case LinkChanged():
                            self._change(event)
        except SignInRequired:
            return  # the stream has told it as a change of the link; a new sign-in makes a new feed

    async def _take(self, event: StreamMessages) -> None:
        self._link = replace(
            self._link,
            last_message_at_ms=event.messages[-1].received_at_ms,
            messages=self._link.messages + len(event.messages),
        )
        await self._pipeline.take(event.messages)

    def _change(self, event: LinkChanged) -> None:
        before = self._link
        is_first = before.listening_since_ms is None and event.state is LinkState.CONNECTED
        self._link = replace(
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
        self._changed.set()
        self._changed = asyncio.Event()
        self._link_changed(self._link)
