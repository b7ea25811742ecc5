"""One account's live connection: the stream into the pipeline, and beside it the few REST calls."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace

from bimmerhub.bmw.cardata.stream import CarDataStream, LinkChanged, StreamMessages
from bimmerhub.bmw.tokens import Tokens
from bimmerhub.domain.account.link import Link, LinkState
from bimmerhub.errors import SignInRequired
from bimmerhub.hub.feeds.cardata_refresh import Refresh
from bimmerhub.hub.ingest.pipeline import Pipeline
from bimmerhub.hub.process.supervisor import Supervisor
from bimmerhub.hub.surroundings import Surroundings
from bimmerhub.store.ports.accounts import StoredAccount

_log = logging.getLogger(__name__)

CANCEL_AGAIN_S = 0.5
_DECIDED = frozenset({LinkState.REFUSED, LinkState.SIGNED_OUT})
"""States that a person has to know of."""


class AccountLink:
    """Keeps one account connected while `run` runs; `link` is its present state.

    `tokens` are the only ones of the account in this process: two that refresh would end each other's session.
    """

    def __init__(self, account: StoredAccount, surroundings: Surroundings) -> None:
        self._account = account
        self._around = surroundings
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self.tokens = Tokens(
            client_id=account.client_id,
            store=surroundings.book.tokens(account.name),
            endpoints=surroundings.endpoints,
            session=surroundings.session,
            clock=surroundings.clock,
        )
        self.link = Link(
            account=account.name,
            state=LinkState.CONNECTING,
            reason="starting",
            hint=None,
            since_ms=surroundings.clock.now_ms(),
        )

    async def run(self) -> None:
        """Stay connected until `stop`; then store what has come in and return."""
        around = self._around
        pipeline = Pipeline(
            account=self._account.name,
            log=around.store,
            figures=around.figures,
            stored=around.stored,
            jitter=around.jitter,
            plausibility=around.plausibility,
        )
        refresh = Refresh(self._account, self.tokens, around)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep("store", pipeline.run), name=f"store {self._account.name}")
            working = [
                tasks.create_task(self._keep("stream", lambda: self._receive(pipeline)), name="stream"),
                tasks.create_task(self._keep("REST", refresh.run), name="REST"),
            ]
            await self._stopping.wait()
            await self._cancel(working)
            pipeline.close()

    async def judged(self) -> None:
        """Return once the link stands or says what a person can do, which some refusals do at the second time only."""
        while not (self.link.state is LinkState.CONNECTED or self.link.hint or self.link.state in _DECIDED):
            await self._changed.wait()

    def stop(self) -> None:
        """Let `run` end."""
        self._stopping.set()

    async def _cancel(self, working: Iterable[asyncio.Task[None]]) -> None:
        """Cancel until it is done: a connection that is just being opened can miss the first time."""
        pending = set(working)
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)
            if pending:
                _log.warning("%s: still stopping: %s", self._account.name, ", ".join(t.get_name() for t in pending))

    async def _keep(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        supervisor = Supervisor(f"{self._account.name}: {what}", clock=self._around.clock, jitter=self._around.jitter)
        await supervisor.keep_running(work)

    async def _receive(self, pipeline: Pipeline) -> None:
        stream = CarDataStream(
            tokens=self.tokens, endpoints=self._around.endpoints, clock=self._around.clock, jitter=self._around.jitter
        )
        try:
            async with aclosing(stream.events()) as events:
                async for event in events:
                    match event:
                        case StreamMessages():
                            await self._take(event, pipeline)
                        case LinkChanged():
                            self._change(event)
        except SignInRequired:
            return  # the stream has told it as a change of the link; a new sign-in makes a new link

    def _listening_since_ms(self, event: LinkChanged) -> int | None:
        if self.link.listening_since_ms is None and event.state is LinkState.CONNECTED:
            return event.at_ms
        return self.link.listening_since_ms

    async def _take(self, event: StreamMessages, pipeline: Pipeline) -> None:
        self.link = replace(
            self.link,
            last_message_at_ms=event.messages[-1].received_at_ms,
            messages=self.link.messages + len(event.messages),
        )
        await pipeline.take(event.messages)

    def _change(self, event: LinkChanged) -> None:
        since_ms = self.link.since_ms if event.state == self.link.state else event.at_ms
        self.link = replace(
            self.link,
            state=event.state,
            reason=event.reason,
            hint=event.hint,
            since_ms=since_ms,
            failures=event.failures,
            next_try_at_ms=event.next_try_at_ms,
            refresh_expires_at_ms=event.refresh_expires_at_ms,
            token_warning=event.token_warning,
            listening_since_ms=self._listening_since_ms(event),
        )
        if event.state in _DECIDED:
            _log.warning("%s: %s. %s", self._account.name, event.reason, event.hint or "")
        self._changed.set()
        self._changed = asyncio.Event()
        self._around.link_changed(self.link)
