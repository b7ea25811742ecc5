"""The way of one garage's messages out to the broker, through the faults and the owners' ticks."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from bimmerhub.emulator.cardata.stream.delivered import Delivered, OnDelivered
from bimmerhub.emulator.cardata.stream.misbehaviour import Misbehaviour, Outgoing
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.faults.switches import NEVER_MS, FaultClock
from bimmerhub.ids import Gcid, Vin

_TURN = 2_000  # messages between two turns for other tasks, and for clients that have to read them
_DRAIN_WITHIN_S = 2.0


class StreamListeners(Protocol):
    """Who listens to the stream: the broker."""

    @property
    def session_count(self) -> int:
        """How many accounts are connected."""
        ...

    def publish(self, gcid: Gcid, vin: Vin, payload: bytes, *, topic_gcid: Gcid | None = None) -> int:
        """Send a message to whoever listens to a car now; return to how many. `topic_gcid` None: its own topic."""
        ...

    async def drain(self) -> None:
        """Return once the listeners have taken what was sent."""
        ...


class StreamOutlet:
    """Publishes what the cars of one garage send; `on_delivered` is called with each message that somebody got.

    `receivers` returns the accounts that get what a car sends now; `misbehaviour_of` makes the stream of one account.
    """

    def __init__(
        self,
        *,
        receivers: Callable[[Vin], Sequence[Gcid]],
        misbehaviour_of: Callable[[Gcid], Misbehaviour],
        listeners: StreamListeners,
        clock: FaultClock,
        on_delivered: OnDelivered | None,
    ) -> None:
        self._receivers = receivers
        self._misbehaviour_of = misbehaviour_of
        self._misbehaviours: dict[Gcid, Misbehaviour] = {}
        self._listeners = listeners
        self._clock = clock
        self._on_delivered = on_delivered

    def next_due_ms(self) -> int:
        """Return when the next of the messages that faults delay is due."""
        return min((stream.next_due_ms() for stream in self._misbehaviours.values()), default=NEVER_MS)

    def forget(self) -> None:
        """Drop the messages that wait: the cars that sent them are gone."""
        for stream in self._misbehaviours.values():
            stream.forget()

    async def send(self, messages: Iterable[StreamMessage], *, until_ms: int) -> None:
        """Publish messages in order, and what is due up to `until_ms`; other tasks have their turn in between."""
        for number, (gcid, outgoing) in enumerate(self._outgoing(messages, until_ms), start=1):
            self._publish(gcid, outgoing)
            if number % _TURN == 0:
                await self._let_listeners_read()

    def _outgoing(self, messages: Iterable[StreamMessage], until_ms: int) -> Iterator[tuple[Gcid, Outgoing]]:
        for message in messages:
            for gcid in self._receivers(message.vin):
                for outgoing in self._stream_of(gcid).pass_on(message):
                    yield gcid, outgoing
        for gcid, stream in self._misbehaviours.items():
            for outgoing in stream.release(until_ms):
                yield gcid, outgoing

    def _stream_of(self, gcid: Gcid) -> Misbehaviour:
        stream = self._misbehaviours.get(gcid)
        if stream is None:
            stream = self._misbehaviours[gcid] = self._misbehaviour_of(gcid)
        return stream

    def _publish(self, gcid: Gcid, outgoing: Outgoing) -> None:
        if not self._listeners.session_count:
            return  # it is gone, and need not be made
        vin, payload = outgoing.vin, outgoing.payload
        reached = self._listeners.publish(gcid, vin, payload, topic_gcid=outgoing.topic_gcid)
        if reached and self._on_delivered is not None:
            topic_gcid = outgoing.topic_gcid or gcid
            self._on_delivered(Delivered(gcid=topic_gcid, vin=vin, at_ms=self._clock.now_ms(), payload=payload))

    async def _let_listeners_read(self) -> None:
        """Wait for clients, but not for long: one that does not read is the broker's business."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_WITHIN_S):
                await self._listeners.drain()
