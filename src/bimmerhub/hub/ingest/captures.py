"""Capture files on their way to `Ingest`: unpacked, decoded and put together into batches.

While one batch of readings is committed, the next is decoded.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from bimmerhub.bmw.cardata.wire import Decoded, decode_capture_line
from bimmerhub.errors import ConfigError, HubBusy, StoreError
from bimmerhub.hub.ingest.incoming import Arrival, Origin
from bimmerhub.hub.ingest.ingest import Ingest, Taken
from bimmerhub.hub.ingest.unpacking import PIECE_BYTES, unpack
from bimmerhub.hub.process.failures import only_error
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.views.ports.readings import CaptureImports, ImportProgress, RefusedLine

IMPORTS_AT_ONCE = 4
"""More of them would not be done sooner, and each has some 50 MB in memory."""
READINGS_PER_BATCH = 10_000
BYTES_PER_BATCH = 16 << 20
"""What lines weigh at most that wait to be stored; a line counts by what is kept of it."""
LINE_OVERHEAD_BYTES = 500
"""What a line weighs besides, if there is nothing in it."""
LINES_PER_SLICE = 500
USUAL_LINE_BYTES = 1_000
"""Lines decoded before other tasks get their turn, longer ones fewer: about 5 ms."""
REFUSED_BYTES = 16_384
"""What is kept of a refused line; the quarantine keeps no more."""
LONGEST_LINE_BYTES = 1 << 20
ENDLESS_LINE_BYTES = 1 << 26
"""A line that has not ended after so many bytes is no capture's, and may never end (a device, say)."""
MOST_BLANK_LINES = 100_000
REFUSED_LINES_SHOWN = 100
LINES_TO_RECOGNISE = 1_000
"""A file that holds no message in so many lines (blank ones aside) is no capture."""
_LOOKS = (
    ((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"), "a file that is packed more than once"),
    (b"SQLite format 3", "a database"),
    (b"%PDF", "a PDF document"),
    (b"<", "XML or HTML"),
    ((b"{", b"["), "JSON of something else, or JSON that is spread over several lines"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one commit stores of a capture: everything up to and with line `lines`, since the part before."""

    lines: int
    arrivals: Sequence[Arrival]


@dataclass(slots=True)
class _Tally:
    """What is durable so far."""

    lines: int = 0
    read: int = 0
    new: int = 0
    repeated: int = 0
    refused: int = 0
    dropped: int = 0
    not_believed: int = 0
    documents: int = 0
    refused_lines: list[RefusedLine] = field(default_factory=list)

    def add(self, part: _Part, taken: Taken) -> None:
        self.lines = part.lines
        self.read += taken.new + taken.repeated + len(taken.refused) + taken.dropped
        self.dropped += taken.dropped
        self.new += taken.new
        self.repeated += taken.repeated
        self.refused += len(taken.refused)
        self.documents += sum(len(arrival.documents) for arrival in part.arrivals)
        self.not_believed += sum(item.reading is not None for item in taken.refused)
        room = REFUSED_LINES_SHOWN - len(self.refused_lines)
        self.refused_lines += [_refused_line(item) for item in taken.refused[:room]]

    def progress(self, *, done: bool = False) -> ImportProgress:
        return ImportProgress(
            lines=self.lines,
            read=self.read,
            new=self.new,
            repeated=self.repeated,
            refused=self.refused,
            dropped=self.dropped,
            not_believed=self.not_believed,
            documents=self.documents,
            refused_lines=tuple(self.refused_lines),
            done=done,
        )


class CaptureImport(CaptureImports):
    """Imports captures, and counts what is durable."""

    def __init__(self, ingest: Ingest, *, now_ms: Callable[[], int]) -> None:
        self._ingest = ingest
        self._now_ms = now_ms
        self._running = 0

    @property
    def is_running(self) -> bool:
        """Whether a capture is being imported just now."""
        return self._running > 0

    @override
    async def import_capture(self, chunks: AsyncIterator[bytes], *, origin: str) -> AsyncGenerator[ImportProgress]:
        tally = _Tally()
        if self._running >= IMPORTS_AT_ONCE:
            raise HubBusy(f"{self._running} files are being imported already", retry_after_s=60)
        self._running += 1
        try:
            async with asyncio.TaskGroup() as tasks:
                storing: asyncio.Task[Taken | StoreError] | None = None
                before: _Part | None = None
                try:
                    async for part in self._parts(unpack(chunks, name=origin, arrived_ms=self._now_ms()), origin):
                        if storing is not None and before is not None:
                            tally.add(before, _checked(await storing, tally, origin))
                            storing = None
                            yield tally.progress()
                        before, storing = part, tasks.create_task(self._store(part), name="store capture")
                    if storing is not None and before is not None:
                        tally.add(before, _checked(await storing, tally, origin))
                    yield tally.progress(done=True)
                finally:
                    if storing is not None:
                        await asyncio.wait({storing})
        except ExceptionGroup as group:
            raise only_error(group) from group
        finally:
            self._running -= 1

    async def _store(self, part: _Part) -> Taken | StoreError:
        """Store one part; a failure is returned, so that it meets whoever iterates, and not in mid-wait."""
        try:
            return await self._ingest.take(part.arrivals, origin=Origin.IMPORT)
        except StoreError as error:
            return error

    async def _parts(self, chunks: AsyncIterator[bytes], origin: str) -> AsyncIterator[_Part]:
        """Decode; the last part is empty when nothing is left for it.

        ConfigError, before there is any part, for a file that is no capture. One that breaks off or has bad lines is
        one; they go to quarantine.
        """
        arrivals: list[Arrival] = []
        rows = weight_bytes = 0
        number = blank_lines = in_slice = 0
        is_capture = False
        async for line in _lines(chunks, origin):
            number += 1
            in_slice += 1 + len(line) // USUAL_LINE_BYTES
            if in_slice >= LINES_PER_SLICE:
                in_slice = 0
                await asyncio.sleep(0)
            blank_lines = 0 if line.strip() else blank_lines + 1
            if blank_lines > MOST_BLANK_LINES:
                raise ConfigError(f"{origin} has {MOST_BLANK_LINES:,} blank lines in a row, so it is no capture")
            if blank_lines:
                continue
            decoded = decode_capture_line(line)
            arrivals.append(
                Arrival(
                    place=f"{origin}:{number}",
                    payload=line[:REFUSED_BYTES],
                    received_at_ms=decoded.received_at_ms or self._now_ms(),
                    readings=decoded.readings,
                    errors=decoded.refused,
                    unclear=decoded.unclear,
                    documents=decoded.documents,
                )
            )
            weight_bytes += LINE_OVERHEAD_BYTES + len(arrivals[-1].payload)
            rows += len(decoded.readings) + len(decoded.refused) + len(decoded.documents)
            is_capture = is_capture or _is_message(decoded)
            if not is_capture:
                if len(arrivals) == LINES_TO_RECOGNISE:
                    raise _no_capture(origin, arrivals)
            elif rows >= READINGS_PER_BATCH or weight_bytes >= BYTES_PER_BATCH:
                yield _Part(lines=number, arrivals=arrivals)
                arrivals, rows, weight_bytes = [], 0, 0
        if arrivals and not is_capture:
            raise _no_capture(origin, arrivals)
        yield _Part(lines=number, arrivals=arrivals)


def _is_message(decoded: Decoded) -> bool:
    """Tell whether a line is a message of BMW's, whatever is wrong with its rows; a doubt about a row names its key."""
    return bool(decoded.readings) or all(error.descriptor is not None for error in decoded.refused)


def _no_capture(name: str, arrivals: Sequence[Arrival]) -> ConfigError:
    """Return the error for a file that holds no message of BMW's, with what it looks like instead."""
    first = arrivals[0].payload.lstrip(b"\xef\xbb\xbf \t\r")
    looks = next((words for begins, words in _LOOKS if first.startswith(begins)), None)
    looks = looks or ("a binary file" if b"\x00" in first else "text that is no JSON")
    where = f"in its first {LINES_TO_RECOGNISE:,} lines" if len(arrivals) == LINES_TO_RECOGNISE else "in it"
    return ConfigError(
        f"{name} is no capture: there is no message of BMW's {where}. It looks like {looks}. Nothing was stored.",
        hint="bimmerhub imports captures (one message of BMW's stream a line, as JSON; also packed by gzip or zstd)"
        " and the customer archive of BMW's portal (a ZIP).",
    )


def _checked(outcome: Taken | StoreError, tally: _Tally, origin: str) -> Taken:
    """Return what was taken; StoreError, with how much of the file is stored, when the store failed."""
    if not isinstance(outcome, StoreError):
        return outcome
    stored = f"is stored up to line {tally.lines:,}, and not behind it" if tally.lines else "is not stored"
    hint = "Then import the whole file again: what is stored already changes nothing."
    raise StoreError(
        f"{outcome}; {origin} {stored}", hint=hint if outcome.hint is None else f"{outcome.hint} {hint}"
    ) from outcome


def _refused_line(item: Refused) -> RefusedLine:
    """Return what people see of a refused item; its place is the file's name, a colon and the line.

    What the store refuses has no place any more.
    """
    reason = item.reason if item.descriptor is None else f"{item.descriptor}: {item.reason}"
    line = item.origin.rpartition(":")[2]
    return RefusedLine(line=int(line) if line.isdecimal() else None, reason=reason)


async def _lines(chunks: AsyncIterator[bytes], name: str) -> AsyncIterator[bytes]:
    """Yield lines without their ends, cut at LONGEST_LINE_BYTES: what is longer is then refused by the decoder.

    ConfigError for one that does not end within ENDLESS_LINE_BYTES.
    """
    rest, unended_bytes = b"", 0
    async for chunk in _in_pieces(chunks):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line[:LONGEST_LINE_BYTES]
        unended_bytes = len(rest) if lines else unended_bytes + len(chunk)
        if unended_bytes > ENDLESS_LINE_BYTES:
            raise ConfigError(
                f"{name} has a line that does not end within {ENDLESS_LINE_BYTES >> 20} MiB, so it is no capture",
                hint="A capture has one message of BMW's stream a line.",
            )
        rest = rest[:LONGEST_LINE_BYTES]
    if rest:
        yield rest


async def _in_pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the same in pieces that cannot become too many lines at once: an empty one costs 8 bytes instead of 1."""
    async for chunk in chunks:
        for start in range(0, len(chunk), PIECE_BYTES):
            yield chunk[start : start + PIECE_BYTES]
