"""What flows for as long as a command runs: live events, captures on their way in, the progress of a rebuild."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import aiohttp
import msgspec

from bimmerhub.cli.hub_access.hub_client import decode_answer, decode_error, silence
from bimmerhub.hub.process.directory import RunningHub
from bimmerhub.views.events import EVENT_SHAPES, EventAnswer, GapEvent
from bimmerhub.views.problems import Problem, ProblemDetail, to_error
from bimmerhub.views.stored.imports import ImportAnswer
from bimmerhub.views.stored.rebuild import RebuildAnswer

LONGEST_LINE_BYTES = 4 * 1024 * 1024

T = TypeVar("T")


class _Failure(msgspec.Struct):
    """What a line of such an answer may be instead of a report."""

    error: ProblemDetail | None = None


async def events(hub: RunningHub) -> AsyncIterator[EventAnswer | GapEvent]:
    """Yield the hub's events until it stops; kinds that this program does not know are left out."""
    async with _answering(hub, "GET", "events") as answer:
        kind = ""
        async for raw in answer.content:
            line = raw.decode().rstrip("\r\n")
            if line.startswith("event:"):
                kind = line.removeprefix("event:").strip()
            elif line.startswith("data:") and kind in EVENT_SHAPES:
                yield decode_answer(line.removeprefix("data:").encode(), EVENT_SHAPES[kind])


async def import_capture(hub: RunningHub, chunks: AsyncIterator[bytes], *, origin: str) -> AsyncIterator[ImportAnswer]:
    """Send a capture and yield the hub's reports; raises what the hub raised in the midst of it."""
    async with _answering(hub, "POST", "imports", params={"origin": origin}, data=chunks) as answer:
        async for line in answer.content:
            yield _decode_report(line, ImportAnswer)


async def rebuild(hub: RunningHub, vin: str | None) -> AsyncIterator[RebuildAnswer]:
    """Make the records of a vehicle (None: of all) anew and yield the hub's reports; raises what the hub raised."""
    params = {} if vin is None else {"vin": vin}
    async with _answering(hub, "POST", "rebuild", params=params) as answer:
        async for line in answer.content:
            yield _decode_report(line, RebuildAnswer)


def _decode_report(line: bytes, shape: type[T]) -> T:
    failure = decode_answer(line, _Failure).error
    if failure is not None:
        raise to_error(Problem(error=failure))
    return decode_answer(line, shape)


@contextmanager
def _dropping_what_is_unsent(answer: aiohttp.ClientResponse) -> Iterator[None]:
    """End the connection of an answer that came before its request was sent: closing would wait until it is."""
    transport = None if answer.connection is None else answer.connection.transport
    try:
        yield
    finally:
        if transport is not None and transport.get_write_buffer_size():
            transport.abort()


@asynccontextmanager
async def _answering(
    hub: RunningHub,
    method: str,
    path: str,
    **options: Any,  # noqa: ANN401 - aiohttp's own
) -> AsyncIterator[aiohttp.ClientResponse]:
    headers = {"Authorization": f"Bearer {hub.token}"}
    endless = aiohttp.ClientTimeout(total=None)
    try:
        async with (
            aiohttp.ClientSession(headers=headers, timeout=endless, read_bufsize=LONGEST_LINE_BYTES) as session,
            session.request(method, f"{hub.address}/api/v1/{path}", **options) as answer,
        ):
            with _dropping_what_is_unsent(answer):
                if not answer.ok:
                    raise decode_error(answer.status, await answer.read())
                yield answer
    except (aiohttp.ClientError, TimeoutError) as error:
        raise silence(hub, error) from error
