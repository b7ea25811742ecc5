"""The buffer between one account's stream and `Ingest`: it decodes messages and makes batches of them.

Messages are decoded as they come and wait in a bounded buffer while a batch is committed; the next batch takes all that
came meanwhile, so load makes batches larger, not slower. (10,000 in one commit cost half of what 2,000 do: more of them
share a page of the database.) While the store fails, what overflows the buffer is dropped oldest first, counted, and
shown in health.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from bimmerhub.bmw.cardata.streaming.stream import RawMessage
from bimmerhub.bmw.cardata.wire import decode_message
from bimmerhub.errors import MalformedPayload, StoreError
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest
from bimmerhub.hub.ingest.own_topics import doubt_of_topic
from bimmerhub.ids import Gcid, Vin
from bimmerhub.store.ports.journal import JournalEntry

_log = logging.getLogger(__name__)

LINGER_S = 0.05
"""How long the first message of a batch waits for company: one car event is several messages within milliseconds."""
ENOUGH_READINGS = 500
"""So many waiting messages are committed at once, without lingering."""
LARGEST_BATCH = 10_000
BATCHES_AT_ONCE = 2
MESSAGES_PER_TURN = 250
BYTES_PER_TURN = 1 << 17
"""Messages, or bytes of them, decoded before the event loop may turn to something else: about 1 ms of BMW's."""
BUFFER_MESSAGES = 50_000
BUFFER_BYTES = 64 << 20
"""What the messages in the buffer weigh at most: 50,000 of BMW's weigh about 15 MB."""
BATCH_BYTES = 16 << 20
LOOK_AGAIN_S = 1.0


class Pipeline:
    """Takes an account's messages (`take`) and gives them to `Ingest` in batches (`run`, one task).

    `gcid` is the account's, None when any may be; `streamed` is called with the car of each message. `arrived` says for
    a time of this machine's clock (milliseconds UTC) when it was in truth: its clock may be wrong by years.
    """

    def __init__(
        self,
        *,
        account: str,
        ingest: Ingest,
        gcid: Gcid | None = None,
        streamed: Callable[[Vin], None] = lambda _: None,
        arrived: Callable[[int], int] = lambda at_ms: at_ms,
    ) -> None:
        self._account = account
        self._ingest = ingest
        self._gcid = gcid
        self._streamed = streamed
        self._arrived_ms = arrived
        self._waiting: deque[Arrival] = deque()
        self._waiting_bytes = 0
        self._arrived = asyncio.Event()
        self._enough = asyncio.Event()
        self._drained = asyncio.Event()
        self._places = asyncio.Semaphore(BATCHES_AT_ONCE)
        self._closed = asyncio.Event()
        self._in_order = asyncio.Lock()

    async def take(self, messages: Sequence[RawMessage]) -> None:
        """Queue messages for storing; waits while the buffer is full. While the store fails it drops the oldest.

        Cancelled, it queues the rest at once: they have come, and the hub stores what came before it stops.
        """
        queued = 0
        try:
            while queued < len(messages):
                if queued:
                    await asyncio.sleep(0)
                end = _end_of_turn(messages, queued)
                self._queue(messages[queued:end])
                queued = end
                await self._make_room()
        finally:
            if queued < len(messages):
                self._queue(messages[queued:])

    def _queue(self, messages: Sequence[RawMessage]) -> None:
        now_ms = messages[-1].received_at_ms
        wrong_by_ms = now_ms - self._arrived_ms(now_ms)
        self._waiting.extend(self._to_arrival(message, wrong_by_ms) for message in messages)
        self._waiting_bytes += sum(len(message.payload) for message in messages)
        self._arrived.set()
        if len(self._waiting) >= ENOUGH_READINGS:
            self._enough.set()

    async def _make_room(self) -> None:
        while self._is_full() and self._ingest.is_storing:
            self._drained.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):  # the store may begin to fail meanwhile
                    await self._drained.wait()
        while self._is_full():
            self._next()
            self._ingest.figures.not_stored += 1

    def _is_full(self) -> bool:
        return len(self._waiting) > BUFFER_MESSAGES or self._waiting_bytes > BUFFER_BYTES

    def _next(self) -> Arrival:
        arrival = self._waiting.popleft()
        self._waiting_bytes -= len(arrival.payload)
        return arrival

    def _next_batch(self) -> Sequence[Arrival]:
        batch, size = list[Arrival](), 0
        while self._waiting and len(batch) < LARGEST_BATCH and size < BATCH_BYTES:
            batch.append(self._next())
            size += len(batch[-1].payload)
        return batch

    def close(self) -> None:
        """Let `run` return once everything taken is stored; what a failing store does not take now is counted."""
        self._closed.set()
        self._arrived.set()
        self._enough.set()

    async def run(self) -> None:
        """Store what is taken, batch by batch, until closed.

        One batch is made ready while another is being written. They are stored in this order, also when one has to be
        tried again.
        """
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._arrived.wait()
                if len(self._waiting) < ENOUGH_READINGS and not self._closed.is_set():
                    await self._linger()
                await self._places.acquire()
                batch = self._next_batch()
                if batch:  # a batch that was given up has emptied the buffer too
                    tasks.create_task(self._store_or_count(batch), name=f"store messages of {self._account}")
                else:
                    self._places.release()
                if not self._waiting:
                    if self._closed.is_set():
                        return
                    self._arrived.clear()

    async def _linger(self) -> None:
        self._enough.clear()
        try:
            async with asyncio.timeout(LINGER_S):
                await self._enough.wait()
        except TimeoutError:
            return

    async def _store_or_count(self, batch: Sequence[Arrival]) -> None:
        """Store the batch; when something unexpected prevents it, it still shows in the counts."""
        is_counted = False
        try:
            await self._ingest.take(batch, origin=Origin.STREAM, give_up=self._closed, in_order=self._in_order)
            is_counted = True
        except asyncio.CancelledError:
            is_counted = True  # the ingest goes on with it
            raise
        except StoreError:
            is_counted = True
            self._give_up(len(batch))
        finally:
            self._places.release()
            if not is_counted:
                self._ingest.figures.not_stored += len(batch)
            self._drained.set()

    def _to_arrival(self, message: RawMessage, wrong_by_ms: int = 0) -> Arrival:
        received_at_ms = message.received_at_ms - wrong_by_ms
        decoded = decode_message(message.payload, received_at_ms=received_at_ms)
        readings, errors, unclear = decoded.readings, decoded.refused, decoded.unclear
        vin = next((reading.vin for reading in (*readings, *unclear)), None)
        if reason := doubt_of_topic(message.topic, vin, self._gcid):
            readings, errors, unclear = (), (MalformedPayload(reason),), ()
        elif vin is not None:
            self._streamed(vin)
        return Arrival(
            place="stream",
            payload=message.payload,
            received_at_ms=received_at_ms,
            readings=readings,
            errors=errors,
            unclear=unclear,
            journal=JournalEntry(
                received_at_ms=received_at_ms,
                account=self._account,
                topic=message.topic,
                payload=message.payload,
            ),
        )

    def _give_up(self, in_hand: int) -> None:
        """Count what a store that fails to the end has not taken, besides the batch in hand."""
        lost = in_hand + len(self._waiting)
        self._ingest.figures.not_stored += len(self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0
        _log.error("%s: %d messages could not be stored before the stop", self._account, lost)


def _end_of_turn(messages: Sequence[RawMessage], start: int) -> int:
    """Return where the messages end that are decoded in one turn, from `start` on: at least one."""
    end, size = start, 0
    while end < min(len(messages), start + MESSAGES_PER_TURN) and size < BYTES_PER_TURN:
        size += len(messages[end].payload)
        end += 1
    return end
