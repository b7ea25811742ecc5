"""The newest live events in a ring, and any number of readers, each at a place of its own.

A reader has no queue, only a place in the ring, so that a slow one costs no memory. Once it is overtaken it goes on
with the oldest event still there, and learns how many it missed. Ids are consecutive integers that begin at the start
time in microseconds, so that they increase over restarts too.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from bimmerhub.domain.events import Event
from bimmerhub.ids import Vin
from bimmerhub.views.events import (
    EVENT_KINDS,
    GapEvent,
    describe_event,
    kind_of,
    may_see_event,
    text_size,
    vin_of,
)
from bimmerhub.views.viewer import Viewer

RING_EVENTS: Final = 10_000
RING_TEXT: Final = 32_000_000
"""Characters of text values in the ring, about: beyond them the oldest events go, however few there are."""
BATCH_EVENTS: Final = 256
BATCH_TEXT: Final = 262_144
"""What a reader takes at a time at most: events, and characters of text in all but the last of them."""

_encode = msgspec.json.Encoder().encode


class RingEntry:
    """One event in the ring. Its public shape is encoded when the first reader wants it, and then stays for others."""

    __slots__ = ("_at_ms", "_data", "event", "id", "text")

    def __init__(self, number: int, event: Event, *, at_ms: int) -> None:
        self.id = number
        self.event = event
        self.text = text_size(event)
        self._at_ms = at_ms
        self._data: bytes | None = None

    @property
    def kind(self) -> str:
        """What stands behind `event:`."""
        return kind_of(self.event)

    def encode(self) -> bytes:
        """Return the event's public shape as JSON."""
        if self._data is None:
            self._data = _encode(describe_event(self.event, now_ms=self._at_ms))
        return self._data


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBatch:
    """What a reader takes at a time: first the gap, when events were missed, then the events; not both empty."""

    gap: GapEvent | None
    entries: Sequence[RingEntry]


class EventRing:
    """What the hub tells its listeners. Owned by the hub; every method is called on the event loop.

    `ring_events` bounds what a reader may miss and still resume. `dropped` counts what readers were too slow for.
    """

    def __init__(self, *, now_ms: Callable[[], int], ring_events: int = RING_EVENTS) -> None:
        self._now_ms = now_ms
        self._first_id = self._next_id = now_ms() * 1000
        self._ring: list[RingEntry | None] = [None] * ring_events
        self._text = 0
        self._readers: set[EventReader] = set()
        self.is_closed = False
        self.dropped = 0

    @property
    def listeners(self) -> int:
        """How many readers there are."""
        return len(self._readers)

    @property
    def next_id(self) -> int:
        """The id that the next event will have."""
        return self._next_id

    @property
    def oldest_id(self) -> int:
        """The smallest id that a reader can still be given."""
        return max(self._first_id, self._next_id - len(self._ring))

    def publish(self, events: Sequence[Event]) -> None:
        """Put events, in order, before every reader; costs a list entry each, and nothing is encoded here."""
        number, at_ms = self._next_id, self._now_ms()
        ring, size = self._ring, len(self._ring)
        for event in events:
            place = number % size
            before, entry = ring[place], RingEntry(number, event, at_ms=at_ms)
            self._text += entry.text - (0 if before is None else before.text)
            ring[place] = entry
            number += 1
        self._next_id = number
        while self._text > RING_TEXT:
            self._forget_oldest()
        self._wake_all()

    def _forget_oldest(self) -> None:
        oldest = self.oldest_id
        place = oldest % len(self._ring)
        entry = self._ring[place]
        self._text -= 0 if entry is None else entry.text
        self._ring[place] = None
        self._first_id = oldest + 1

    def forget(self) -> None:
        """Forget every event so far; each reader is told of a gap, and reads the state anew."""
        self._ring = [None] * len(self._ring)
        self._text = 0
        self._next_id += 1
        self._first_id = self._next_id
        self._wake_all()

    def close(self) -> None:
        """End every reader after what it has to take, and each new one at once. Call it before the server stops."""
        self.is_closed = True
        self._wake_all()

    @contextmanager
    def read(
        self,
        viewer: Viewer,
        *,
        vin: Vin | None = None,
        kinds: Collection[str] = EVENT_KINDS,
        after_id: int | None = None,
    ) -> Iterator["EventReader"]:
        """Read along what the viewer may see, from here, or from the event after `after_id`.

        With `vin`, only readings and signals of that vehicle: links and quotas belong to accounts.
        """
        reader = EventReader(self, viewer, vin=vin, kinds=frozenset(kinds), after_id=after_id)
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    def entries(self, from_id: int, count: int) -> list[RingEntry]:
        """Return up to `count` entries from `from_id` on, which must not be older than `oldest_id`."""
        size = len(self._ring)
        numbers = range(from_id, min(from_id + count, self._next_id))
        return [entry for number in numbers if (entry := self._ring[number % size]) is not None]

    def _wake_all(self) -> None:
        for reader in self._readers:
            reader.wake()


class EventReader:
    """One reader's place in the ring. `dropped` counts what went by while it was too slow."""

    def __init__(
        self, ring: EventRing, viewer: Viewer, *, vin: Vin | None, kinds: frozenset[str], after_id: int | None
    ) -> None:
        self._ring = ring
        self._viewer = viewer
        self._vin = vin
        self._kinds = kinds
        self._news = asyncio.Event()
        self._is_ended = False
        self._lost_before = False
        self._place = ring.next_id
        self.dropped = 0
        if after_id is not None:
            self._lost_before = not ring.oldest_id - 1 <= after_id < ring.next_id
            self._place = ring.next_id if after_id >= ring.next_id else max(ring.oldest_id, after_id + 1)

    def wake(self) -> None:
        """Let `next_batch` look again."""
        self._news.set()

    def end(self) -> None:
        """Make `next_batch` return None: nobody listens any more."""
        self._is_ended = True
        self._news.set()

    async def next_batch(self) -> EventBatch | None:
        """Return what there is to take, waiting until there is something; None at the end. May be cancelled."""
        while not self._is_ended:
            self._news.clear()
            batch = self._take()
            if batch.gap is not None or batch.entries:
                return batch
            if self._place < self._ring.next_id:
                continue
            if self._ring.is_closed:
                return None
            await self._news.wait()
        return None

    def _take(self) -> EventBatch:
        gap = self._skip_missed()
        entries = _first_of(self._ring.entries(self._place, BATCH_EVENTS))
        self._place += len(entries)
        return EventBatch(gap=gap, entries=[entry for entry in entries if self._wants(entry.event)])

    def _skip_missed(self) -> GapEvent | None:
        if self._lost_before:
            self._lost_before = False
            return GapEvent(dropped=None)
        missed = self._ring.oldest_id - self._place
        if missed <= 0:
            return None
        self._place += missed
        self.dropped += missed
        self._ring.dropped += missed
        return GapEvent(dropped=missed)

    def _wants(self, event: Event) -> bool:
        return (
            kind_of(event) in self._kinds
            and (self._vin is None or self._vin == vin_of(event))
            and may_see_event(self._viewer, event)
        )


def _first_of(entries: list[RingEntry]) -> list[RingEntry]:
    """Return the entries up to the one with which their texts reach BATCH_TEXT."""
    text = 0
    for count, entry in enumerate(entries, start=1):
        text += entry.text
        if text >= BATCH_TEXT:
            return entries[:count]
    return entries
