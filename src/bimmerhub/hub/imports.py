"""Capture files into the store, by the same way as the live stream: decode, append durably, fold.

While one batch of readings is committed, the next is decoded.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bimmerhub.bmw.cardata.wire import Decoded, decode_capture_line
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError
from bimmerhub.store.port import Batch, ReadingLog, Refused
from bimmerhub.web.ports import ImportProgress, RefusedLine

READINGS_PER_BATCH = 5_000
LINES_PER_SLICE = 500
"""Lines decoded before other tasks get their turn: about 5 ms."""
LONGEST_LINE_BYTES = 1 << 20
REFUSED_LINES_SHOWN = 100
CHUNK_BYTES = 1 << 18


def read_capture_file(path: Path) -> Iterator[bytes]:
    """Yield a capture file's plain bytes in chunks, unpacking .gz and .zst by name.

    ConfigError when the file is missing, unreadable or not what its name says.
    """
    try:
        if path.suffix == ".zst":
            yield from _read_zstd(path)
            return
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except EOFError as error:
        raise ConfigError(f"{path.name} ends too early: it is cut off", hint="Copy the file again") from error
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror or error}", hint="Check the name of the file"
        ) from error


def _read_zstd(path: Path) -> Iterator[bytes]:
    import zstandard  # noqa: PLC0415 - loaded only when such a file is read

    try:
        with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except zstandard.ZstdError as error:
        raise ConfigError(f"cannot unpack {path.name}: {error}", hint="Copy the file again") from error


@dataclass(slots=True)
class _Tally:
    """Counts of one import, owned by it."""

    lines: int = 0
    read: int = 0
    new: int = 0
    repeated: int = 0
    refused: int = 0
    refused_lines: list[RefusedLine] = field(default_factory=list)

    def note(self, line_number: int, decoded: Decoded) -> None:
        self.read += len(decoded.readings) + len(decoded.refused)
        self.refused += len(decoded.refused)
        for error in decoded.refused[: REFUSED_LINES_SHOWN - len(self.refused_lines)]:
            reason = str(error) if error.descriptor is None else f"{error.descriptor}: {error}"
            self.refused_lines.append(RefusedLine(line=line_number, reason=reason))

    def progress(self, *, done: bool = False) -> ImportProgress:
        return ImportProgress(
            lines=self.lines,
            read=self.read,
            new=self.new,
            repeated=self.repeated,
            refused=self.refused,
            refused_lines=tuple(self.refused_lines),
            done=done,
        )


class CaptureImport:
    """Imports captures into one log. `stored` is told the readings of each durable batch."""

    def __init__(
        self, log: ReadingLog, *, now_ms: Callable[[], int], stored: Callable[[Sequence[Reading]], None]
    ) -> None:
        self._log = log
        self._now_ms = now_ms
        self._stored = stored

    async def import_capture(self, chunks: AsyncIterator[bytes], *, origin: str) -> AsyncIterator[ImportProgress]:
        """Store a capture and yield progress after each batch, the last with `done`.

        Iterate it to its end or close it (`contextlib.aclosing`) in the task that began. See `web.ports.Imports`.
        """
        tally = _Tally()
        queue: asyncio.Queue[Batch | None] = asyncio.Queue(maxsize=1)
        progress: asyncio.Queue[ImportProgress] = asyncio.Queue()

        async def decode() -> None:
            async for batch in self._batches(chunks, tally, origin):
                await queue.put(batch)
            await queue.put(None)

        async def append() -> None:
            while (batch := await queue.get()) is not None:
                appended = await self._log.append(batch)
                tally.new += appended.new
                tally.repeated += appended.repeated
                self._stored(batch.readings)
                progress.put_nowait(tally.progress())
            progress.put_nowait(tally.progress(done=True))

        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(decode(), name="decode capture")
                tasks.create_task(append(), name="append capture")
                while not (step := await progress.get()).done:
                    yield step
                yield step
        except ExceptionGroup as group:
            raise _first(group) from group

    async def _batches(self, chunks: AsyncIterator[bytes], tally: _Tally, origin: str) -> AsyncIterator[Batch]:
        readings: list[Reading] = []
        refused: list[Refused] = []
        async for line in _lines(chunks):
            tally.lines += 1
            if tally.lines % LINES_PER_SLICE == 0:
                await asyncio.sleep(0)
            if not line.strip():
                continue
            decoded = decode_capture_line(line)
            tally.note(tally.lines, decoded)
            readings += decoded.readings
            refused += [
                Refused(
                    received_at_ms=decoded.received_at_ms or self._now_ms(),
                    reason=str(error),
                    payload=line,
                    origin=f"{origin}:{tally.lines}",
                    descriptor=error.descriptor,
                )
                for error in decoded.refused
            ]
            if len(readings) + len(refused) >= READINGS_PER_BATCH:
                yield Batch(readings=readings, refused=refused)
                readings, refused = [], []
        if readings or refused:
            yield Batch(readings=readings, refused=refused)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield lines without their ends; one longer than LONGEST_LINE_BYTES is cut there, and so refused by the
    decoder.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > LONGEST_LINE_BYTES:
            rest = rest[:LONGEST_LINE_BYTES]
    if rest:
        yield rest


def _first(group: ExceptionGroup[Exception]) -> Exception:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first
