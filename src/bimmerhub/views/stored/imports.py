"""A capture on its way into the store: its progress, and the sum of several."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Annotated, Final

import msgspec

from bimmerhub.views.ports.readings import CaptureImports, ImportProgress
from bimmerhub.views.viewer import Viewer

MOST_REFUSED_LINES: Final = 100
"""Refused lines in a summary, however many files there were."""


DroppedCount = Annotated[
    int | msgspec.UnsetType,
    msgspec.Meta(description="older than `[store] positions_days` or `readings_days`; only there when there were any"),
]


class RefusedLineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a capture that was not understood, or one row of it."""

    line: Annotated[
        int | None, msgspec.Meta(description="null for a reading that was understood and has no room in the store")
    ]
    reason: str


class ImportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the progress of an import; the last one has `done` set.

    All but `lines` and `documents` count readings.
    """

    lines: int
    read: int
    new: int
    repeated: int
    refused: int
    not_believed: Annotated[int, msgspec.Meta(description="of the refused, those that were understood")]
    documents: Annotated[int, msgspec.Meta(description="sessions, tyres and places of a customer archive")]
    refused_lines: list[RefusedLineAnswer]
    dropped: DroppedCount = msgspec.UNSET
    done: bool


class RefusedLineOfFile(RefusedLineAnswer, frozen=True, kw_only=True):
    """A refused line of one of several captures."""

    file: Annotated[
        str | msgspec.UnsetType, msgspec.Meta(description="its file's name; only there when there were several")
    ] = msgspec.UNSET


class ImportSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the readings of one or several captures: read = new + repeated + refused + dropped."""

    read: int
    new: int
    repeated: int
    refused: int
    refused_lines: Annotated[list[RefusedLineOfFile], msgspec.Meta(description="the first 100")]
    dropped: DroppedCount = msgspec.UNSET


async def import_capture(
    viewer: Viewer, imports: CaptureImports, chunks: AsyncIterator[bytes], *, origin: str
) -> AsyncGenerator[ImportAnswer]:
    """Store a capture (NDJSON, also packed, any chunking) and yield progress after each batch; idempotent.

    Close it (`aclosing`) when it is left early. StoreError when the store cannot take more: what was yielded is stored.
    """
    viewer.require_owner()
    async with aclosing(imports.import_capture(chunks, origin=origin)) as reports:
        async for report in reports:
            yield describe_progress(report)


def sum_up(files: Sequence[tuple[str, ImportAnswer]]) -> ImportSummary:
    """Return the sum of the last reports of captures, each given with its file's name."""
    is_only = len(files) == 1
    refused_lines = [
        RefusedLineOfFile(line=refused.line, reason=refused.reason, file=msgspec.UNSET if is_only else name)
        for name, report in files
        for refused in report.refused_lines
    ]
    reports = [report for _, report in files]
    return ImportSummary(
        read=sum(report.read for report in reports),
        new=sum(report.new for report in reports),
        repeated=sum(report.repeated for report in reports),
        refused=sum(report.refused for report in reports),
        refused_lines=refused_lines[:MOST_REFUSED_LINES],
        dropped=sum(report.dropped or 0 for report in reports) or msgspec.UNSET,
    )


def describe_progress(progress: ImportProgress) -> ImportAnswer:
    """Return how far an import is in its public shape."""
    return ImportAnswer(
        lines=progress.lines,
        read=progress.read,
        new=progress.new,
        repeated=progress.repeated,
        refused=progress.refused,
        not_believed=progress.not_believed,
        documents=progress.documents,
        dropped=progress.dropped or msgspec.UNSET,
        refused_lines=[RefusedLineAnswer(line=line.line, reason=line.reason) for line in progress.refused_lines],
        done=progress.done,
    )
