"""Lets the cars live before anyone can listen; what they send goes to a capture file."""

import asyncio
import contextlib
import heapq
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

from bimmerhub.emulator.cardata.stream.capture_lines import encode_capture_line
from bimmerhub.emulator.lives import CarLives
from bimmerhub.errors import StoreError

_TRAVEL_MS = 150  # from BMW to a client that had been there
_TURN = 5_000  # messages between two turns for other tasks


@contextlib.contextmanager
def opened_history(path: Path | None) -> Iterator[BinaryIO | None]:
    """Open a file for what the cars sent; None for no file. StoreError when it cannot be written."""
    if path is None:
        yield None
        return
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise StoreError(f"the history cannot be written: {error.strerror}", hint=f"Look at {path}.") from error


async def live_unheard(until_ms: int, accounts: Sequence[CarLives], *, file: BinaryIO | None) -> None:
    """Live up to `until_ms`; write what no earlier emulator sent as lines of a capture, in order of time."""
    if file is None:
        for lives in accounts:
            await lives.advance_alone(until_ms)
        return
    messages = heapq.merge(*(_encode(lives, until_ms) for lives in accounts), key=itemgetter(0))
    for number, (_, line) in enumerate(messages, start=1):
        file.write(line)
        if number % _TURN == 0:
            await asyncio.sleep(0)


def _encode(lives: CarLives, until_ms: int) -> Iterator[tuple[int, bytes]]:
    gcid = lives.account.gcid
    for message in lives.advance_unheard(until_ms):
        received_at_ms = message.sent_at_ms + _TRAVEL_MS
        yield (
            message.sent_at_ms,
            encode_capture_line(message.encode(gcid), gcid=gcid, vin=message.vin, received_at_ms=received_at_ms),
        )
