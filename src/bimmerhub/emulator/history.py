"""What the cars sent before anyone could listen, as a capture file."""

import asyncio
import contextlib
import gzip
import heapq
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, cast

from bimmerhub.emulator.lives import CarLives
from bimmerhub.errors import StoreError

_TURN = 5_000  # messages between two turns for other tasks


@contextlib.contextmanager
def opened_history(path: Path | None) -> Iterator[BinaryIO | None]:
    """Open a file for what the cars sent.

    Gzip when its name ends so, None for no file. StoreError when it cannot be written.
    """
    if path is None:
        yield None
        return
    try:
        with gzip.open(path, "wb", compresslevel=1) if path.suffix == ".gz" else path.open("wb") as file:
            yield cast("BinaryIO", file)
    except OSError as error:
        raise StoreError(f"the history cannot be written: {error.strerror}", hint=f"Look at {path}.") from error


async def live_until(until_ms: int, accounts: Sequence[CarLives], *, file: BinaryIO | None) -> None:
    """Live up to `until_ms` and write what was not told before, in order of time.

    The form is that of captures: BMW's messages as they come, one a line.
    """
    messages = heapq.merge(*(_encoded(lives, until_ms) for lives in accounts), key=itemgetter(0))
    for number, (_, line) in enumerate(messages, start=1):
        if file is not None:
            file.write(line)
        if number % _TURN == 0:
            await asyncio.sleep(0)


def _encoded(lives: CarLives, until_ms: int) -> Iterator[tuple[int, bytes]]:
    gcid = lives.account.gcid
    for message in lives.untold(until_ms):
        yield message.sent_at_ms, message.encode(gcid) + b"\n"
