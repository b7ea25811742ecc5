"""Live events as server-sent events: a ring of the newest ones, and any number of readers, each at its own place.

A reader has no queue of its own, only a place in the ring. A slow one therefore costs no memory; once it is overtaken
it goes on with the oldest event still there and is told so:

    event: gap
    data: {"dropped": 1234}

`dropped` counts all events that went by, also those that its filter would have left out; it is null when the hub cannot
know (the id to resume from is older than the ring, or from before a restart). After a gap, read the state again.
Ids are consecutive integers that begin at the start time in microseconds, so that they increase over restarts too.
An idle stream carries a comment every 15 s.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final, Literal, assert_never, get_args

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bimmerhub.domain.events import Event, LinkChanged, QuotaChanged, ReadingStored, SignalChanged
from bimmerhub.ids import Vin
from bimmerhub.times import format_time
from bimmerhub.views.describe import SOURCE_NAMES, describe_link, describe_quota

Kind = Literal["reading", "signal", "link", "quota"]
KINDS: Final[frozenset[str]] = frozenset(get_args(Kind))

RING_EVENTS: Final = 10_000
HEARTBEAT_S: Final = 15.0
CHUNK_EVENTS: Final = 256
"""What one write to a client carries at most."""

_OPENING: Final = b": bimmerhub events\nretry: 2000\n\n"
_HEARTBEAT: Final = b": still here\n\n"

_encode = msgspec.json.Encoder().encode


class _Entry:
    """One event in the ring; its frame is encoded when the first reader wants it, and then kept for the others."""

    __slots__ = ("_frame", "event", "id")

    def __init__(self, number: int, event: Event) -> None:
        self.id = number
        self.event = event
        self._frame: bytes | None = None

    def frame(self) -> bytes:
        if self._frame is None:
            kind, data = describe_event(self.event)
            self._frame = b"event: %b\nid: %d\ndata: %b\n\n" % (kind.encode(), self.id, _encode(data))
        return self._frame


class EventFeed:
    """What the hub tells its listeners. Owned by the hub; every method is called on the event loop.

    `now_ms` is read once, for the first id. `ring_events` bounds what a reader may miss and still resume.
    """

    def __init__(
        self, *, now_ms: Callable[[], int], ring_events: int = RING_EVENTS, heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        self._first_id = self._next_id = now_ms() * 1000
        self._ring: list[_Entry | None] = [None] * ring_events
        self._subscriptions: set[Subscription] = set()
        self.heartbeat_s = heartbeat_s
        self.is_closed = False
        self.dropped = 0

    @property
    def listeners(self) -> int:
        """How many event streams are open."""
        return len(self._subscriptions)

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
        number = self._next_id
        ring, size = self._ring, len(self._ring)
        for event in events:
            ring[number % size] = _Entry(number, event)
            number += 1
        self._next_id = number
        for subscription in self._subscriptions:
            subscription.wake()

    def close(self) -> None:
        """End every open stream after what it has to say, and each new one at once. Call it before the server stops."""
        self.is_closed = True
        for subscription in self._subscriptions:
            subscription.wake()

    @contextmanager
    def subscribe(
        self, *, vin: Vin | None = None, kinds: Collection[str] = KINDS, after_id: int | None = None
    ) -> Iterator["Subscription"]:
        """Read along from here, or from the event after `after_id`.

        With `vin`, only readings and signals of that vehicle: links and quotas belong to accounts.
        """
        subscription = Subscription(self, vin=vin, kinds=frozenset(kinds), after_id=after_id)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def entries(self, from_id: int, count: int) -> list[_Entry]:
        """Return up to `count` entries from `from_id` on, which must not be older than `oldest_id`."""
        size = len(self._ring)
        numbers = range(from_id, min(from_id + count, self._next_id))
        return [entry for number in numbers if (entry := self._ring[number % size]) is not None]


class Subscription:
    """One reader's place in the feed. `dropped` counts what went by while it was too slow."""

    def __init__(self, feed: EventFeed, *, vin: Vin | None, kinds: frozenset[str], after_id: int | None) -> None:
        self._feed = feed
        self._vin = vin
        self._kinds = kinds
        self._news = asyncio.Event()
        self._is_ended = False
        self._lost_before = False
        self._place = feed.next_id
        self.dropped = 0
        if after_id is not None:
            self._lost_before = not feed.oldest_id - 1 <= after_id < feed.next_id
            self._place = feed.next_id if after_id >= feed.next_id else max(feed.oldest_id, after_id + 1)

    def wake(self) -> None:
        """Let `next_chunk` look again."""
        self._news.set()

    def end(self) -> None:
        """Make `next_chunk` return None: nobody listens any more."""
        self._is_ended = True
        self._news.set()

    async def next_chunk(self) -> bytes | None:
        """Return what there is to send, a heartbeat when there was nothing for a while, None at the end."""
        while not self._is_ended:
            self._news.clear()
            chunk = self._take()
            if chunk:
                return chunk
            if self._place < self._feed.next_id:
                continue
            if self._feed.is_closed:
                return None
            try:
                async with asyncio.timeout(self._feed.heartbeat_s):
                    await self._news.wait()
            except TimeoutError:
                return _HEARTBEAT
        return None

    def _take(self) -> bytes:
        frames = [gap] if (gap := self._gap()) else []
        entries = self._feed.entries(self._place, CHUNK_EVENTS)
        self._place += len(entries)
        frames += [entry.frame() for entry in entries if self._wants(entry.event)]
        return b"".join(frames)

    def _gap(self) -> bytes | None:
        if self._lost_before:
            self._lost_before = False
            return _gap_frame(None)
        missed = self._feed.oldest_id - self._place
        if missed <= 0:
            return None
        self._place += missed
        self.dropped += missed
        self._feed.dropped += missed
        return _gap_frame(missed)

    def _wants(self, event: Event) -> bool:
        match event:
            case ReadingStored(reading=reading):
                return "reading" in self._kinds and self._vin in {None, reading.vin}
            case SignalChanged(vin=vin):
                return "signal" in self._kinds and self._vin in {None, vin}
            case LinkChanged():
                return "link" in self._kinds and self._vin is None
            case QuotaChanged():
                return "quota" in self._kinds and self._vin is None
        assert_never(event)


def _gap_frame(dropped: int | None) -> bytes:
    return b"event: gap\ndata: %b\n\n" % _encode({"dropped": dropped})


def describe_event(event: Event) -> tuple[Kind, object]:
    """Return the kind of an event and its data, ready to encode."""
    match event:
        case ReadingStored(reading=reading):
            return "reading", {
                "vin": reading.vin,
                "descriptor": reading.descriptor,
                "value": reading.value,
                "unit": reading.unit,
                "measured_at": format_time(reading.measured_at_ms),
                "received_at": format_time(reading.received_at_ms),
                "source": SOURCE_NAMES[reading.source],
            }
        case SignalChanged(vin=vin, signal=signal):
            return "signal", {
                "vin": vin,
                "name": signal.name,
                "value": signal.value,
                "unit": signal.unit,
                "measured_at": format_time(signal.measured_at_ms),
                "descriptor": signal.descriptor,
                "source": SOURCE_NAMES[signal.source],
                "quality": signal.quality,
            }
        case LinkChanged(link=link):
            return "link", describe_link(link)
        case QuotaChanged(quota=quota):
            return "quota", describe_quota(quota)
    assert_never(event)


class EventStream(Response):
    """The answer that goes on for as long as the client listens and the feed is open."""

    media_type = "text/event-stream"

    def __init__(self, feed: EventFeed, *, vin: Vin | None, kinds: Collection[str], after_id: int | None) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._subscribe = partial(feed.subscribe, vin=vin, kinds=kinds, after_id=after_id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send events, each as soon as it is published, until the client leaves or the feed is closed."""
        with self._subscribe() as subscription:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with asyncio.TaskGroup() as tasks:
                watcher = tasks.create_task(_end_when_gone(receive, subscription), name="event stream watcher")
                chunk: bytes | None = _OPENING
                while chunk is not None:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    chunk = await subscription.next_chunk()
                watcher.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _end_when_gone(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.end()
