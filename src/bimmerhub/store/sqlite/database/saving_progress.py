"""How far the saving of a damaged database's rows is: at each percent for who asks, now and then in the log."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from bimmerhub.store.sqlite.database.migrations import MigrationStep, Progress

SAY_EVERY_S: Final = 10.0
"""How often the log says it."""
DOING: Final = "saving what is readable of the damaged database"

_log = logging.getLogger(__name__)


class SavingProgress:
    """`percent` is how much was read, None while nothing is saved; `progress` is told it as steps of a hundred."""

    def __init__(self, progress: Progress) -> None:
        self.percent: int | None = None
        self._progress = progress
        self._said_s = 0.0

    @contextmanager
    def under_way(self) -> Iterator[Callable[[int], None]]:
        """Yield what takes the percentage, for as long as rows are saved."""
        self._said_s = time.monotonic()
        try:
            yield self._note
        finally:
            self.percent = None

    def _note(self, percent: int) -> None:
        if percent == self.percent:
            return
        self.percent = percent
        self._progress(MigrationStep(from_version=0, to_version=0, step=percent, steps=100, doing=DOING))
        if time.monotonic() - self._said_s >= SAY_EVERY_S:
            self._said_s = time.monotonic()
            _log.warning("%s: %d %%", DOING, percent)
