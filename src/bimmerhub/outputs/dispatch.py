"""Messages that are to go out, kept in a file until they have: a restart loses none and sends none again.

Whoever makes messages hands over its own state with them, and both are on the disk before anything is sent. Each sink
has its own queue, so one that is out of order holds up no other; a message leaves its queue when the sink has it.
"""

import asyncio
import hashlib
import logging
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from bimmerhub.errors import StoreError
from bimmerhub.files import make_folder, replace_file, write_hint
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.outputs.sink import CannotSend, OutgoingMessage, SendFailed, Sink

SEND_WITHIN_S: Final = 30.0
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 300.0
MOST_WAITING: Final = 500
"""Of one sink: more are of no use to anybody. The oldest is dropped, and the log says so."""
STOPPED_WITHIN_S: Final = 2.0

Sleep = Callable[[float], Awaitable[None]]
_log = logging.getLogger(__name__)


class _File(msgspec.Struct, kw_only=True):
    """What the file holds: the maker's state, and what waits for each sink, by a hash of its address."""

    state: msgspec.Raw
    waiting: dict[str, list[OutgoingMessage]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queue:
    sink: Sink
    waiting: deque[OutgoingMessage]
    filled: asyncio.Event = field(default_factory=asyncio.Event)
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)


class Dispatch:
    """The messages of one maker. `sinks` are by their address, of which the file holds a hash only."""

    def __init__(self, path: Path, sinks: Mapping[str, Sink], *, sleep: Sleep = asyncio.sleep) -> None:
        self._path = path
        self._sleep = sleep
        stored = _load(path)
        self.state: msgspec.Raw | None = None if stored is None else stored.state
        """The maker's state as it was last handed over, JSON; None before the first time."""
        waiting = {} if stored is None else stored.waiting
        self._queues = {
            key: _Queue(sink=sink, waiting=deque(waiting.get(key, ())))
            for address, sink in sinks.items()
            for key in (hashlib.sha256(address.encode()).hexdigest()[:16],)
        }
        self._couriers: Sequence[asyncio.Task[None]] = ()

    def put(self, state: object, messages: Sequence[OutgoingMessage]) -> None:
        """Store the maker's state with new messages, and let them go out.

        A disk that does not take them is logged: the messages go out all the same.
        """
        self.state = msgspec.Raw(msgspec.json.encode(state))
        for queue in self._queues.values():
            queue.waiting.extend(messages)
            while len(queue.waiting) > MOST_WAITING:
                dropped = queue.waiting.popleft()
                _log.warning("%s: too many messages wait; dropped: %s", queue.sink.name, dropped.text)
        self._save()
        for queue in self._queues.values():
            if queue.waiting:
                queue.filled.set()

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Send in tasks of this group."""
        self._couriers = [
            tasks.create_task(self._send_all(queue), name=f"send to {queue.sink.name}")
            for queue in self._queues.values()
        ]

    async def finish(self) -> None:
        """Return when nothing is being sent any more; nothing else begins."""
        for queue in self._queues.values():
            await queue.sending.acquire()  # and keep it

    def end(self) -> None:
        """Stop sending at once."""
        for courier in self._couriers:
            courier.cancel()

    async def _send_all(self, queue: _Queue) -> None:
        failures = 0
        while True:
            while not queue.waiting:
                queue.filled.clear()
                await queue.filled.wait()
            async with queue.sending:
                message = queue.waiting[0]
                error = await _try_to_send(queue.sink, message)
                if not isinstance(error, SendFailed):
                    if queue.waiting[0] is message:  # else too many came meanwhile, and it was dropped already
                        queue.waiting.popleft()
                    self._save()
            failures = 0 if error is None else failures + 1
            if failures == 1 and error is not None:
                _log.warning("%s", error if error.hint is None else f"{error}. {error.hint}")
            if isinstance(error, SendFailed):
                longest_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures, 10))
                await self._sleep(random.uniform(longest_s / 2, longest_s))  # noqa: S311 - spreads tries

    def _save(self) -> None:
        waiting = {key: list(queue.waiting) for key, queue in self._queues.items() if queue.waiting}
        content = msgspec.json.encode(_File(state=self.state or msgspec.Raw(b"null"), waiting=waiting))
        try:
            make_folder(self._path.parent)
            replace_file(self._path, content)
        except OSError as error:
            hint = write_hint(error) or "A restart may tell it again."
            _log.error("cannot write %s: %s. %s", self._path, error.strerror, hint)


@asynccontextmanager
async def sending() -> AsyncIterator[Callable[[Dispatch], None]]:
    """Give a function that lets a dispatch send while the block runs.

    At the block's end what is just being sent has STOPPED_WITHIN_S to get through.
    """
    started: list[Dispatch] = []
    async with asyncio.TaskGroup() as tasks:

        def start(dispatch: Dispatch) -> None:
            started.append(dispatch)
            dispatch.start(tasks)

        try:
            yield start
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOPPED_WITHIN_S):
                    for dispatch in started:
                        await dispatch.finish()
            for dispatch in started:
                dispatch.end()


async def _try_to_send(sink: Sink, message: OutgoingMessage) -> SendFailed | CannotSend | None:
    """Return why a message did not get through, None when it did."""
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            await sink.send(message)
    except TimeoutError:
        return SendFailed(f"{sink.name} does not answer within {SEND_WITHIN_S:.0f} s")
    except (SendFailed, CannotSend) as error:
        return error
    return None


def _load(path: Path) -> _File | None:
    """Return what the file holds, None without one; StoreError when it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    except NOT_JSON as error:
        raise StoreError(
            f"{path} is not what was written there", hint="Delete it: what waited in it is lost."
        ) from error
