"""When the next backup is due."""

from collections.abc import Sequence

from bimmerhub.bmw.clock import Clock
from bimmerhub.hub.safekeeping.backup_record import BackupRecord
from bimmerhub.hub.safekeeping.backup_shelf import BackupShelf
from bimmerhub.times import HOUR_MS

RETRY_MS = HOUR_MS
_SETTLES_WITHIN_S = 120.0
"""A hub that has just started has other things to do."""


class BackupSchedule:
    """The times of the backups: one every `every_ms`, sooner after a failure, none right after the start."""

    def __init__(self, record: BackupRecord, shelves: Sequence[BackupShelf], *, every_ms: int, clock: Clock) -> None:
        self._record = record
        self._shelves = shelves
        self._every_ms = every_ms
        self._clock = clock
        self._started_s = clock.elapsed_s()

    def next_at_ms(self) -> int:
        """Return when the next is due: some time after the last, sooner when that failed in a place."""
        now_ms, tried_at_ms = self._clock.now_ms(), self._record.tried_at_ms
        if tried_at_ms is None or tried_at_ms > now_ms:  # never, or the clock was set back
            return now_ms
        is_failing = any(shelf.is_failing for shelf in self._shelves)
        return tried_at_ms + (min(RETRY_MS, self._every_ms) if is_failing else self._every_ms)

    def is_due(self) -> bool:
        """Tell whether one is due now."""
        if self._clock.elapsed_s() - self._started_s < _SETTLES_WITHIN_S:
            return False
        return self._clock.now_ms() >= self.next_at_ms()
