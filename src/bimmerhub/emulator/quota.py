"""The REST calls an account may make in a day.

All clients and cars of an account share them, failed calls count, and the day is taken to be the UTC day (most clients
assume so; BMW does not say).
"""

from dataclasses import dataclass, field

from bimmerhub.domain.ids import Gcid
from bimmerhub.emulator.clock import EmulatorClock
from bimmerhub.emulator.faults import Faults
from bimmerhub.emulator.statefile import StateFile

_DAY_MS = 86_400_000


@dataclass(slots=True, kw_only=True)
class QuotaState:
    """Calls spent by each account on one UTC day (days since 1970)."""

    day: int = 0
    spent: dict[Gcid, int] = field(default_factory=dict)


class Quota:
    """Counts calls against `limit` a day."""

    def __init__(self, limit: int, *, clock: EmulatorClock, faults: Faults, file: StateFile[QuotaState]) -> None:
        self.limit = limit
        self._clock = clock
        self._faults = faults
        self._file = file
        self._state = file.load() or QuotaState()

    def spend(self, gcid: Gcid) -> bool:
        """Count one call; False when the day's calls were spent already."""
        spent = self.spent(gcid)
        if spent >= self.limit:
            return False
        self.set_spent(gcid, spent + 1)
        return True

    def spent(self, gcid: Gcid) -> int:
        """Return the calls of the account today."""
        today = self._clock.now_ms() // _DAY_MS
        if self._state.day != today:
            self._state = QuotaState(day=today)
        return self._state.spent.get(gcid, 0)

    def set_spent(self, gcid: Gcid, calls: int) -> None:
        """Say that the account has made `calls` calls today."""
        self.spent(gcid)
        self._state.spent[gcid] = calls
        self._file.save(self._state)

    def resets_at_ms(self) -> int:
        """Return when the current day ends (milliseconds since 1970 UTC)."""
        return (self._clock.now_ms() // _DAY_MS + 1) * _DAY_MS

    def reset(self) -> None:
        """Give every account its day's calls again."""
        self._state = QuotaState()
        self._file.save(self._state)
