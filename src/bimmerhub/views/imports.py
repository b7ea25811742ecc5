"""A capture on its way into the store: its progress, and the sum at the end."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import msgspec

from bimmerhub.views.ports import CaptureImports, ImportProgress
from bimmerhub.views.viewer import Viewer


class RefusedLineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a capture that was not understood, or one row of it."""

    line: int
    reason: str


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the progress of an import; the last one has `done` set. All but `lines` count readings."""

    lines: int
    read: int
    new: int
    repeated: int
    refused: int
    refused_lines: list[RefusedLineAnswer]
    done: bool


async def import_capture(
    viewer: Viewer, imports: CaptureImports, chunks: AsyncIterator[bytes], *, origin: str
) -> AsyncGenerator[ImportAnswer]:
    """Store a capture (plain NDJSON, any chunking) and yield progress after each batch; idempotent.

    Close it (`aclosing`) when it is left early. StoreError when the store cannot take more: what was yielded is stored.
    """
    viewer.require_owner()
    async with aclosing(imports.import_capture(chunks, origin=origin)) as reports:
        async for report in reports:
            yield describe_progress(report)


def describe_progress(progress: ImportProgress) -> ImportAnswer:
    """Return how far an import is in its public shape."""
    return ImportAnswer(
        lines=progress.lines,
        read=progress.read,
        new=progress.new,
        repeated=progress.repeated,
        refused=progress.refused,
        refused_lines=[RefusedLineAnswer(line=line.line, reason=line.reason) for line in progress.refused_lines],
        done=progress.done,
    )
