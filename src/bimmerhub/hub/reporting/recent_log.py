"""The newest lines of a hub's log, kept in memory for a report: what went wrong before it was asked for."""

import logging
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from typing_extensions import override

import bimmerhub

LINES_REMEMBERED: Final = 300
FRAMES_SHOWN: Final = 12
LONGEST_MESSAGE: Final = 1_000
_PACKAGE: Final = Path(bimmerhub.__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line. `error` is the class of the exception that it tells of, None for none.

    `frames` are the places in this program that it passed, the last one where it was raised: `hub/app.py:17`.
    """

    at_ms: int
    level: int
    logger: str
    message: str
    error: str | None
    frames: Sequence[str]


class RecentLog(logging.Handler):
    """Keeps the newest LINES_REMEMBERED lines, in any thread; `lines` gives them, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[LogLine] = deque(maxlen=LINES_REMEMBERED)

    @property
    def lines(self) -> Sequence[LogLine]:
        """The lines, oldest first."""
        return tuple(self._lines)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # arguments that do not fit the text
            message = str(record.msg)
        kind, _, trace = record.exc_info or (None, None, None)
        self._lines.append(
            LogLine(
                at_ms=round(record.created * 1000),
                level=record.levelno,
                logger=record.name,
                message=message[:LONGEST_MESSAGE],
                error=None if kind is None else kind.__name__,
                frames=_frames_of(trace),
            )
        )

    @contextmanager
    def listening(self) -> Iterator["RecentLog"]:
        """Listen to every logger as long as the block."""
        logging.getLogger().addHandler(self)
        try:
            yield self
        finally:
            logging.getLogger().removeHandler(self)


def _frames_of(trace: TracebackType | None) -> Sequence[str]:
    frames = [
        f"{Path(frame.filename).relative_to(_PACKAGE).as_posix()}:{frame.lineno}"
        for frame in traceback.extract_tb(trace)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    return tuple(frames[-FRAMES_SHOWN:])
