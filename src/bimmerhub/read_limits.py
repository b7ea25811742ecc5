"""For whom the database is read, and for how long at most: said where a request comes in, heeded where it is read.

>>> with limited_reads(20.0, client="page"):
...     current_limit()

What nobody limits, such as the hub's own work, has no limit; neither has what a request only starts, in a task of its
own.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimit:
    """Each read for `client` is broken off after `seconds`, the wait for its turn included."""

    client: str
    seconds: float


_limit: ContextVar[tuple[ReadLimit, asyncio.Task[object] | None] | None] = ContextVar("read_limit", default=None)


def current_limit() -> ReadLimit | None:
    """Return the limit of what the running task reads, None when there is none."""
    limit = _limit.get()
    return limit[0] if limit is not None and limit[1] is asyncio.current_task() else None


@contextmanager
def limited_reads(seconds: float, *, client: str) -> Iterator[None]:
    """Limit what the running task reads inside the block."""
    token = _limit.set((ReadLimit(client=client, seconds=seconds), asyncio.current_task()))
    try:
        yield
    finally:
        _limit.reset(token)
