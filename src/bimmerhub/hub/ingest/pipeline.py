"""One account's way from raw messages to durable readings: decode, sift, append, then fold and tell.

Messages wait in a bounded buffer while a batch is committed; the next batch takes all that came meanwhile, so load
makes batches larger, not slower. When the store cannot take a batch it is tried again until it can; what overflows the
buffer in that time is dropped oldest first, counted, and shown in health.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bimmerhub.bmw.cardata.stream import RawMessage
from bimmerhub.bmw.cardata.wire import Decoded, decode_message
from bimmerhub.domain.plausibility import Plausibility
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import StoreError
from bimmerhub.hub.ingest.quarantine import refused_of
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch, ReadingLog

_log = logging.getLogger(__name__)

LINGER_S = 0.05
"""How long the first message of a batch waits for company: one car event is several messages within milliseconds."""
ENOUGH_READINGS = 500
"""So many waiting messages are committed at once, without lingering."""
LARGEST_BATCH = 2_000
BUFFER_MESSAGES = 50_000
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0


@dataclass(slots=True)
class IngestFigures:
    """Counters of streams and scheduled calls since the hub started; one object, owned by the event loop."""

    stored: int = 0
    refused: int = 0
    not_stored: int = 0
    last_store_error: str | None = None


class Pipeline:
    """Takes an account's messages (`take`) and stores them (`run`, one task)."""

    def __init__(
        self,
        *,
        account: str,
        log: ReadingLog,
        figures: IngestFigures,
        stored: Callable[[Sequence[Reading]], None],
        jitter: random.Random,
        plausibility: Plausibility | None = None,
    ) -> None:
        self._account = account
        self._log = log
        self._figures = figures
        self._stored = stored
        self._jitter = jitter
        self._plausibility = plausibility or Plausibility()
        self._waiting: deque[RawMessage] = deque()
        self._arrived = asyncio.Event()
        self._enough = asyncio.Event()
        self._drained = asyncio.Event()
        self._closed = asyncio.Event()
        self._is_storing = True

    async def take(self, messages: Sequence[RawMessage]) -> None:
        """Queue messages for storing; waits while the buffer is full. While the store fails it drops the oldest."""
        self._waiting.extend(messages)
        self._arrived.set()
        if len(self._waiting) >= ENOUGH_READINGS:
            self._enough.set()
        while len(self._waiting) > BUFFER_MESSAGES and self._is_storing:
            self._drained.clear()
            await self._drained.wait()
        while len(self._waiting) > BUFFER_MESSAGES:
            self._waiting.popleft()
            self._figures.not_stored += 1

    def close(self) -> None:
        """Let `run` return once everything taken is stored; what a failing store does not take now is counted."""
        self._closed.set()
        self._arrived.set()
        self._enough.set()

    async def run(self) -> None:
        """Store what is taken, batch by batch, until closed."""
        while True:
            await self._arrived.wait()
            if len(self._waiting) < ENOUGH_READINGS and not self._closed.is_set():
                await self._linger()
            if self._waiting:
                await self._store_or_count(
                    [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_BATCH))]
                )
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

    async def _store_or_count(self, messages: Sequence[RawMessage]) -> None:
        """Store the messages; when something unexpected prevents it they still show in the counts."""
        is_done = False
        try:
            await self._store(messages)
            is_done = True
        finally:
            if not is_done:
                self._figures.not_stored += len(messages)

    async def _store(self, messages: Sequence[RawMessage]) -> None:
        decoded = [decode_message(each.payload, received_at_ms=each.received_at_ms) for each in messages]
        batch = self._to_batch(messages, decoded)
        try:
            is_stored = await self._append_until_stored(batch)
        except ValueError as error:
            await self._set_aside(messages, error)
            return
        if not is_stored:
            self._give_up(len(messages))
            return
        self._figures.stored += len(batch.readings)
        self._figures.refused += len(batch.refused)
        self._drained.set()
        self._stored(batch.readings)

    async def _set_aside(self, messages: Sequence[RawMessage], error: ValueError) -> None:
        """Store each message by itself; the one that the store cannot represent goes to quarantine."""
        if len(messages) > 1:
            for each in messages:
                await self._store([each])
            return
        [message] = messages
        _log.error("%s: a message cannot be stored: %s", self._account, error)
        refused = Refused(
            received_at_ms=message.received_at_ms, reason=str(error), payload=message.payload, origin="stream"
        )
        nothing = Decoded(received_at_ms=message.received_at_ms)
        batch = replace(self._to_batch(messages, [nothing]), refused=[refused])
        if await self._append_until_stored(batch):
            self._figures.refused += 1
        else:
            self._give_up(1)

    async def _append_until_stored(self, batch: Batch) -> bool:
        """Return True once the batch is durable; False when the pipeline was closed while the store was failing."""
        pause_s = FIRST_RETRY_S
        while True:
            try:
                await self._log.append(batch)
            except StoreError as error:
                self._note_failure(error)
                if self._closed.is_set():
                    return False
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._jitter.uniform(0.5, 1.0) * pause_s):
                        await self._closed.wait()
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)
            else:
                if not self._is_storing:
                    _log.warning("%s: the store takes readings again", self._account)
                self._is_storing = True
                self._figures.last_store_error = None
                return True

    def _note_failure(self, error: StoreError) -> None:
        if self._is_storing:
            _log.error("%s: cannot store what comes in, trying again: %s", self._account, error)
        self._is_storing = False
        self._figures.last_store_error = str(error)
        self._drained.set()

    def _give_up(self, in_hand: int) -> None:
        """Count what a store that fails to the end has not taken."""
        lost = in_hand + len(self._waiting)
        self._waiting.clear()
        self._figures.not_stored += lost
        _log.error("%s: %d messages could not be stored before the stop", self._account, lost)

    def _to_batch(self, messages: Sequence[RawMessage], decoded: Sequence[Decoded]) -> Batch:
        readings: list[Reading] = []
        refused: list[Refused] = []
        for message, each in zip(messages, decoded, strict=True):
            believed, doubts = self._plausibility.sift(each.readings)
            readings += believed
            if doubts or each.refused:
                refused += refused_of(
                    each.refused, doubts, payload=message.payload, origin="stream", at_ms=message.received_at_ms
                )
        journal = [
            JournalEntry(
                received_at_ms=each.received_at_ms, account=self._account, topic=each.topic, payload=each.payload
            )
            for each in messages
        ]
        return Batch(readings=readings, journal=journal, refused=refused)
