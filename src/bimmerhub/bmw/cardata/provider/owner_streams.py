"""The streams of many owners at once: one connection each, one after the other opened, and one queue for all.

BMW allows one connection an account: an owner whose own program listens, and the provider, end each other's (inferred
from what is known of an owner's programs).
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

from bimmerhub.bmw.cardata.endpoints import Endpoints
from bimmerhub.bmw.cardata.provider.open_owners import OpenOwner, OpenOwners
from bimmerhub.bmw.cardata.provider.owner import OwnerRecord, Revocation
from bimmerhub.bmw.cardata.provider.provider_hints import with_provider_hint
from bimmerhub.bmw.cardata.streaming.stream import CarDataStream, LinkChanged, RawMessage
from bimmerhub.bmw.cardata.wire import decode_message
from bimmerhub.bmw.clock import Clock
from bimmerhub.domain.account.link import LinkState
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import BimmerhubError, SignInRequired
from bimmerhub.ids import Gcid

CONNECT_EVERY_S = 3.0
"""Between the first connections of two owners: too many of one address in a minute are refused; BMW tells no number."""
LOOK_FOR_NEW_EVERY_S = 5.0
"""How often the streams look for consents that another process got: owners who are listened to can be invited too."""
MOST_WAITING = 1_000
"""Events that wait to be taken; when there are so many, the streams are not read, and BMW has to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerReading:
    """One value of one owner's car."""

    gcid: Gcid
    label: str
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerLink:
    """The connection of one owner changed, and why; what a `LinkChanged` says."""

    gcid: Gcid
    label: str
    state: LinkState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerFailed:
    """One owner is not listened to any more, though nothing was taken back."""

    gcid: Gcid
    label: str
    error: BimmerhubError


_log = logging.getLogger(__name__)
OwnerEvent = OwnerReading | OwnerLink | OwnerFailed | Revocation


class OwnerStreams:
    """The streams of a provider's owners."""

    def __init__(self, owners: OpenOwners, *, endpoints: Endpoints, clock: Clock) -> None:
        self._owners = owners
        self._endpoints = endpoints
        self._clock = clock

    @asynccontextmanager
    async def listening(self, owners: Sequence[OwnerRecord]) -> AsyncIterator[AsyncGenerator[OwnerEvent]]:
        """Listen to owners while the block runs, and give it their events, until no owner is left.

        ConfigError where the stream would be BMW's, and the sign-in is not.
        """
        self._endpoints.check_stream()
        queue: asyncio.Queue[OwnerEvent | None] = asyncio.Queue(MOST_WAITING)

        async def listen(owner: OwnerRecord, place: int) -> None:
            await self._clock.sleep(place * CONNECT_EVERY_S)
            async with aclosing(self._events(owner)) as events:
                async for event in events:
                    await queue.put(event)

        async def listen_to_all() -> None:
            async with asyncio.TaskGroup() as tasks:
                for place, owner in enumerate(owners):
                    tasks.create_task(listen(owner, place), name="owner-stream")
            await queue.put(None)

        async def take_up_new() -> None:
            while True:
                await self._clock.sleep(LOOK_FOR_NEW_EVERY_S)
                try:
                    await self._owners.take_up_all()
                except BimmerhubError as error:
                    _log.warning("new consents cannot be looked for: %s", error)

        async with AsyncExitStack() as stack:
            # A task group that sees an error of the block would wrap it into an ExceptionGroup; so it sees none.
            group = AsyncExitStack()
            stack.push_async_callback(group.aclose)
            tasks = await group.enter_async_context(asyncio.TaskGroup())
            for work in (listen_to_all, take_up_new):
                stack.callback(tasks.create_task(work(), name="owner-streams").cancel)
            yield _taken_from(queue)

    async def _events(self, owner: OwnerRecord) -> AsyncGenerator[OwnerEvent]:
        """Yield what comes of one owner, until the consent has ended or the owner cannot be listened to."""
        try:
            async with self._owners.use(owner.gcid) as opened:
                is_active = True
                while is_active:
                    async with aclosing(self._until_ended(opened)) as events:
                        async for event in events:
                            yield event
                    async with opened.working:
                        is_active = await self._owners.take_up(opened) and opened.owner.record.is_active
        except BimmerhubError as error:
            yield OwnerFailed(gcid=owner.gcid, label=owner.label, error=with_provider_hint(error))

    async def _until_ended(self, opened: OpenOwner) -> AsyncGenerator[OwnerEvent]:
        """Yield what comes of one owner under one consent, and at last what was taken back."""
        seen = len(opened.owner.revocations)
        try:
            async with aclosing(self._heard(opened)) as events:
                async for event in events:
                    yield event
        except SignInRequired as error:
            if opened.owner.record.is_active:
                await opened.owner.end_by(error, now_ms=self._clock.now_ms())
        for revocation in opened.owner.revocations[seen:]:
            yield revocation

    async def _heard(self, opened: OpenOwner) -> AsyncGenerator[OwnerEvent]:
        stream = CarDataStream(tokens=opened.tokens, endpoints=self._endpoints, clock=self._clock)
        async with aclosing(stream.events()) as events:
            async for event in events:
                record = opened.owner.record
                if not record.is_active:
                    return
                if isinstance(event, LinkChanged):
                    yield OwnerLink(gcid=record.gcid, label=record.label, state=event.state, reason=event.reason)
                    continue
                for reading in _granted(record, event.messages):
                    yield OwnerReading(gcid=record.gcid, label=record.label, reading=reading)


def _granted(record: OwnerRecord, messages: Sequence[RawMessage]) -> list[Reading]:
    """Return what the owner consented to of what came; the rest is dropped unread, should BMW send it."""
    readings = (
        reading
        for message in messages
        for reading in decode_message(message.payload, received_at_ms=message.received_at_ms).readings
    )
    keys = record.consent.descriptors
    return [one for one in readings if one.vin not in record.refused_vins and one.descriptor in keys]


async def _taken_from(queue: "asyncio.Queue[OwnerEvent | None]") -> AsyncGenerator[OwnerEvent]:
    while (event := await queue.get()) is not None:
        yield event
