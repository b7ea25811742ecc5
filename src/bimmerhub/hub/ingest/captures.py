"""Capture files into the store, by the same way as the live stream: decode, append durably, fold.

While one batch of readings is committed, the next is decoded.
"""

import asyncio
import gzip
import sys
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from bimmerhub.bmw.cardata.archive import archive_to_capture, decode_archive
from bimmerhub.bmw.cardata.wire import Decoded, decode_capture_line
from bimmerhub.domain.plausibility import Doubt, Plausibility
from bimmerhub.domain.reading import Reading
from bimmerhub.errors import ConfigError, MalformedPayload, StoreError
from bimmerhub.hub.ingest.quarantine import refused_of
from bimmerhub.hub.process.failures import only_error
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Appended, Batch, ReadingLog
from bimmerhub.views.ports import ImportProgress, RefusedLine

READINGS_PER_BATCH = 5_000
LINES_PER_SLICE = 500
"""Lines decoded before other tasks get their turn: about 5 ms."""
REFUSED_BYTES = 16_384
"""What is kept of a refused line; the quarantine keeps no more."""
LONGEST_LINE_BYTES = 1 << 20
REFUSED_LINES_SHOWN = 100
CHUNK_BYTES = 1 << 18
COPY_AGAIN = "Copy the file again"


def read_capture_file(path: Path) -> Iterator[bytes]:
    """Yield a capture file's plain bytes in chunks, unpacking .gz and .zst by name.

    A .zip is a customer archive from BMW's portal; its values come as lines of a capture. ConfigError when the file is
    missing, unreadable or not what its name says.
    """
    unpack = {".zst": _unpack_zstd, ".gz": _unpack_gzip, ".zip": _unpack_archive}.get(path.suffix.lower())
    try:
        with path.open("rb") as file:
            if unpack is not None:
                yield from unpack(file, path)
                return
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror or error}", hint="Check the name of the file"
        ) from error


def _unpack_archive(packed: BinaryIO, path: Path) -> Iterator[bytes]:
    arrival_ms = round(path.stat().st_mtime * 1000)
    try:
        archive = decode_archive(packed.read(), received_at_ms=arrival_ms)
    except MalformedPayload as error:
        raise ConfigError(
            f"cannot read {path.name}: {error}",
            hint="A .zip is taken for the customer archive that BMW's portal gives out; unpack other files first.",
        ) from error
    yield from archive_to_capture(archive, received_at_ms=arrival_ms)


def _unpack_gzip(packed: BinaryIO, path: Path) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=packed) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except EOFError as error:
        raise _cut_off(path) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ConfigError(f"cannot unpack {path.name}: {error}", hint=COPY_AGAIN) from error


def _unpack_zstd(packed: BinaryIO, path: Path) -> Iterator[bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415 - loaded only when such a file is read

        try:
            with zstd.open(packed) as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        except EOFError as error:
            raise _cut_off(path) from error
        except zstd.ZstdError as error:
            raise ConfigError(f"cannot unpack {path.name}: {error}", hint=COPY_AGAIN) from error
    else:
        import zstandard  # noqa: PLC0415 - loaded only when such a file is read

        frame = zstandard.ZstdDecompressor().decompressobj()
        is_whole = True
        try:
            while chunk := packed.read(CHUNK_BYTES):
                while chunk:
                    frame = zstandard.ZstdDecompressor().decompressobj() if frame.eof else frame
                    yield frame.decompress(chunk)
                    chunk, is_whole = frame.unused_data, frame.eof
        except zstandard.ZstdError as error:
            raise ConfigError(f"cannot unpack {path.name}: {error}", hint=COPY_AGAIN) from error
        if not is_whole:
            raise _cut_off(path)


def _cut_off(path: Path) -> ConfigError:
    return ConfigError(f"{path.name} ends too early: it is cut off", hint=COPY_AGAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one commit stores of a capture: everything up to and with line `lines`, since the part before."""

    lines: int
    batch: Batch
    refused_lines: tuple[RefusedLine, ...]


@dataclass(slots=True)
class _Tally:
    """What is durable so far."""

    lines: int = 0
    read: int = 0
    new: int = 0
    repeated: int = 0
    refused: int = 0
    refused_lines: list[RefusedLine] = field(default_factory=list)

    def add(self, part: _Part, appended: Appended) -> None:
        self.lines = part.lines
        self.read += len(part.batch.readings) + len(part.batch.refused)
        self.new += appended.new
        self.repeated += appended.repeated
        self.refused += len(part.batch.refused)
        self.refused_lines += part.refused_lines[: REFUSED_LINES_SHOWN - len(self.refused_lines)]

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
        self,
        log: ReadingLog,
        *,
        now_ms: Callable[[], int],
        stored: Callable[[Sequence[Reading]], None],
        plausibility: Plausibility | None = None,
    ) -> None:
        self._log = log
        self._plausibility = plausibility or Plausibility()
        self._now_ms = now_ms
        self._stored = stored

    async def import_capture(self, chunks: AsyncIterator[bytes], *, origin: str) -> AsyncGenerator[ImportProgress]:
        """Store a capture and yield progress after each batch, the last with `done`; what it counts is durable.

        Iterate it to its end or close it (`contextlib.aclosing`) in the task that began. See `web.ports.Imports`.
        """
        tally = _Tally()
        try:
            async with asyncio.TaskGroup() as tasks:
                appending: asyncio.Task[Appended | StoreError] | None = None
                before: _Part | None = None
                try:
                    async for part in self._parts(chunks, origin):
                        if appending is not None and before is not None:
                            tally.add(before, _checked(await appending))
                            appending = None
                            yield tally.progress()
                        before, appending = part, tasks.create_task(self._append(part.batch), name="append capture")
                    if appending is not None and before is not None:
                        tally.add(before, _checked(await appending))
                    yield tally.progress(done=True)
                finally:
                    if appending is not None:
                        await asyncio.wait({appending})
        except ExceptionGroup as group:
            raise only_error(group) from group

    async def _append(self, batch: Batch) -> Appended | StoreError:
        """Append and tell; a failure is returned, so that it meets whoever iterates, and not in mid-wait."""
        try:
            appended = await self._log.append(batch)
        except StoreError as error:
            return error
        self._stored(batch.readings)
        return appended

    async def _parts(self, chunks: AsyncIterator[bytes], origin: str) -> AsyncIterator[_Part]:
        """Decode; the last part is empty when nothing is left for it."""
        readings: list[Reading] = []
        refused: list[Refused] = []
        refused_lines: list[RefusedLine] = []
        number = 0
        async for line in _lines(chunks):
            number += 1
            if number % LINES_PER_SLICE == 0:
                await asyncio.sleep(0)
            if not line.strip():
                continue
            decoded = decode_capture_line(line)
            believed, doubts = self._plausibility.sift(decoded.readings)
            readings += believed
            if decoded.refused or doubts:
                refused += refused_of(
                    decoded.refused,
                    doubts,
                    payload=line[:REFUSED_BYTES],
                    origin=f"{origin}:{number}",
                    at_ms=decoded.received_at_ms or self._now_ms(),
                )
                refused_lines += _refused_lines(decoded, doubts, number)
            if len(readings) + len(refused) >= READINGS_PER_BATCH:
                batch = Batch(readings=readings, refused=refused)
                yield _Part(lines=number, batch=batch, refused_lines=tuple(refused_lines))
                readings, refused, refused_lines = [], [], []
        batch = Batch(readings=readings, refused=refused)
        yield _Part(lines=number, batch=batch, refused_lines=tuple(refused_lines))


def _checked(outcome: Appended | StoreError) -> Appended:
    if isinstance(outcome, StoreError):
        raise outcome
    return outcome


def _refused_lines(decoded: Decoded, doubts: Sequence[Doubt], line: int) -> list[RefusedLine]:
    reasons = [
        *(str(error) if error.descriptor is None else f"{error.descriptor}: {error}" for error in decoded.refused),
        *(f"{doubt.reading.descriptor}: {doubt.reason}" for doubt in doubts),
    ]
    return [RefusedLine(line=line, reason=reason) for reason in reasons[:REFUSED_LINES_SHOWN]]


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield lines without their ends, cut at LONGEST_LINE_BYTES: what is longer is then refused by the decoder."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line[:LONGEST_LINE_BYTES]
        rest = rest[:LONGEST_LINE_BYTES]
    if rest:
        yield rest
