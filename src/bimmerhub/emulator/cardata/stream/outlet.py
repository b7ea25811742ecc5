"""The way of one account's messages out to the broker, through the faults and the owner's ticks."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from bimmerhub.emulator.cardata.stream.delivered import Delivered, OnDelivered
from bimmerhub.emulator.cardata.stream.misbehaviour import Misbehaviour, Outgoing
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.faults.switches import FaultClock
from bimmerhub.ids import Gcid, Vin

_TURN = 2_000  # messages between two turns for other tasks, and for clients that have to read them
_DRAIN_WITHIN_S = 2.0


class StreamListeners(Protocol):
    """Who listens to the stream: the broker."""

    def publish(self, gcid: Gcid, vin: Vin, payload: bytes, *, topic_gcid: Gcid | None = None) -> int:
        """Send a message to whoever listens to a car now; return to how many. `topic_gcid` None: its own topic."""
        ...

    async def drain(self) -> None:
        """Return once the listeners have taken what was sent."""
        ...


class StreamOutlet:
    """Publishes what the cars of one account send; `on_delivered` is called with each message that somebody got."""

    def __init__(
        self,
        gcid: Gcid,
        *,
        misbehaviour: Misbehaviour,
        listeners: StreamListeners,
        clock: FaultClock,
        on_delivered: OnDelivered | None,
    ) -> None:
        self._gcid = gcid
        self._misbehaviour = misbehaviour
        self._listeners = listeners
        self._clock = clock
        self._on_delivered = on_delivered

    def next_due_ms(self) -> int:
        """Return when the next of the messages that faults delay is due."""
        return self._misbehaviour.next_due_ms()

    def forget(self) -> None:
        """Drop the messages that wait: the cars that sent them are gone."""
        self._misbehaviour.forget()

    async def send(self, messages: Iterable[StreamMessage], *, until_ms: int) -> None:
        """Publish messages in order, and what is due up to `until_ms`; other tasks have their turn in between."""
        for number, outgoing in enumerate(self._outgoing(messages, until_ms), start=1):
            self._publish(outgoing)
            if number % _TURN == 0:
                await self._let_listeners_read()

    def _outgoing(self, messages: Iterable[StreamMessage], until_ms: int) -> Iterator[Outgoing]:
        for message in messages:
            yield from self._misbehaviour.pass_on(message)
        yield from self._misbehaviour.release(until_ms)

    def _publish(self, outgoing: Outgoing) -> None:
        vin, payload = outgoing.vin, outgoing.payload
        reached = self._listeners.publish(self._gcid, vin, payload, topic_gcid=outgoing.topic_gcid)
        if reached and self._on_delivered is not None:
            gcid = outgoing.topic_gcid or self._gcid
            self._on_delivered(Delivered(gcid=gcid, vin=vin, at_ms=self._clock.now_ms(), payload=payload))

    async def _let_listeners_read(self) -> None:
        """Wait for clients, but not for long: one that does not read is the broker's business."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_WITHIN_S):
                await self._listeners.drain()
