"""The bytes on their way to one client: joined per turn of the event loop, bounded, and honest about being late."""

import asyncio
from collections import deque
from typing import Protocol

TRANSPORT_HIGH_WATER_BYTES = 262_144
_CHUNK_BYTES = 65_536


class OutboxOwner(Protocol):
    """Who must know how the sending goes."""

    def outbox_overflowed(self) -> None:
        """More waits than the limit allows; the owner closes the connection."""
        ...


class Outbox:
    """Frames for one transport.

    Frames sent within one turn of the event loop leave in one write. While the transport is full they wait here, up to
    `limit_bytes`; beyond that the owner is told. A client's memory is therefore bounded by the limit, what the
    transport holds (TRANSPORT_HIGH_WATER_BYTES) and one chunk.
    """

    def __init__(self, transport: asyncio.WriteTransport, owner: OutboxOwner, *, limit_bytes: int) -> None:
        self._transport = transport
        self._owner = owner
        self._limit_bytes = limit_bytes
        self._loop = asyncio.get_running_loop()
        self._frames: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._is_full = False
        self._is_discarded = False
        self._turn: asyncio.Handle | None = None
        transport.set_write_buffer_limits(high=TRANSPORT_HIGH_WATER_BYTES)

    @property
    def is_full(self) -> bool:
        """Whether the transport takes nothing at the moment, because the client does not read fast enough."""
        return self._is_full

    def send(self, frame: bytes) -> None:
        """Take over one frame; it leaves at the latest in the loop's next turn, when the transport has room."""
        if self._is_discarded:
            return
        self._frames.append(frame)
        self._waiting_bytes += len(frame)
        if self._is_full:
            if self._waiting_bytes > self._limit_bytes:
                self._owner.outbox_overflowed()
        elif self._waiting_bytes >= _CHUNK_BYTES:
            self.flush()
        elif self._turn is None:
            self._turn = self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what waits, until the transport is full."""
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
        while self._frames and not self._is_full:
            self._transport.write(self._take_chunk())  # may call pause()

    def _take_chunk(self) -> bytes:
        chunk = [self._frames.popleft()]
        size = len(chunk[0])
        while self._frames and size < _CHUNK_BYTES:
            chunk.append(self._frames.popleft())
            size += len(chunk[-1])
        self._waiting_bytes -= size
        return chunk[0] if len(chunk) == 1 else b"".join(chunk)

    def pause(self) -> None:
        """Stop writing: the transport is full."""
        self._is_full = not self._is_discarded

    def resume(self) -> None:
        """Go on writing: the transport has room."""
        self._is_full = False
        self.flush()

    def discard(self) -> None:
        """Forget what waits and take nothing more; nobody needs to wait for this client."""
        self._is_discarded, self._is_full = True, False
        self._frames.clear()
        self._waiting_bytes = 0
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None
