"""Live events as server-sent events, each as soon as it is published.

    event: signal
    id: 1790000000000001
    data: {"vin":"…","name":"soc_percent","value":71, …}

Events that a reader missed are one `event: gap` without an id. An idle stream carries a comment every 15 s.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from functools import partial
from typing import Final

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bimmerhub.ids import Vin
from bimmerhub.views.event_ring import EventBatch, EventReader, EventRing
from bimmerhub.views.viewer import Viewer
from bimmerhub.web.access.revocations import Revocations

HEARTBEAT_S: Final = 15.0

_OPENING: Final = b": bimmerhub events\nretry: 2000\n\n"
_HEARTBEAT: Final = b": still here\n\n"


class EventStream(Response):
    """The answer that goes on for as long as the client listens, the ring is open, and the client is let in.

    That ends with the session or the token: at once when it is taken away, and before the next chunk when its time is
    over.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        ring: EventRing,
        viewer: Viewer,
        *,
        vin: Vin | None,
        kinds: Collection[str],
        after_id: int | None,
        is_still_let_in: Callable[[], bool],
        revocations: Revocations,
    ) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._is_still_let_in = is_still_let_in
        self._revocations = revocations
        self._read: Callable[[], AbstractContextManager[EventReader]] = partial(
            ring.read, viewer, vin=vin, kinds=kinds, after_id=after_id
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send events until the client leaves, loses its right to them, or the ring is closed."""
        with self._read() as reader, self._revocations.watched_by(partial(self._look_again, reader)):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with asyncio.TaskGroup() as tasks:
                watcher = tasks.create_task(_end_when_gone(receive, reader), name="event stream watcher")
                chunk: bytes | None = _OPENING
                while chunk is not None and self._is_still_let_in():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    chunk = await next_chunk(reader)
                watcher.cancel()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _look_again(self, reader: EventReader) -> None:
        if not self._is_still_let_in():
            reader.end()


async def next_chunk(reader: EventReader, *, heartbeat_s: float = HEARTBEAT_S) -> bytes | None:
    """Return what there is to send, a comment when there was nothing for `heartbeat_s`, None at the end."""
    try:
        async with asyncio.timeout(heartbeat_s):
            batch = await reader.next_batch()
    except TimeoutError:
        return _HEARTBEAT
    return None if batch is None else _encode_batch(batch)


def _encode_batch(batch: EventBatch) -> bytes:
    frames = [] if batch.gap is None else [b"event: gap\ndata: %b\n\n" % msgspec.json.encode(batch.gap)]
    frames += [
        b"event: %b\nid: %d\ndata: %b\n\n" % (entry.kind.encode(), entry.id, entry.encode()) for entry in batch.entries
    ]
    return b"".join(frames)


async def _end_when_gone(receive: Receive, reader: EventReader) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.end()
