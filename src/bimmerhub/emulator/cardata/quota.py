"""The REST calls an account may make in a day.

Those of a service provider can be counted apart: then it has its own for each owner (inferred).

All clients and cars of an account share them, failed calls count, and the day is taken to be the UTC day (most clients
assume so; BMW does not say). With the fault "quota-rolls" it is the last 24 hours.
"""

from dataclasses import dataclass, field

from bimmerhub.emulator.cardata.settings import CarDataSettings
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.state_file import StateFile
from bimmerhub.ids import Gcid
from bimmerhub.times import DAY_MS, MINUTE_MS


@dataclass(slots=True, kw_only=True)
class QuotaState:
    """When each account made the calls of the last 24 hours (milliseconds since 1970 UTC), oldest first."""

    calls: dict[str, list[int]] = field(default_factory=dict)


class CallQuota:
    """Counts calls against `limit` a day."""

    def __init__(
        self, settings: CarDataSettings, *, clock: EmulatorClock, faults: Faults, file: StateFile[QuotaState]
    ) -> None:
        self.limit = settings.quota_per_day
        self._clock = clock
        self._faults = faults
        self._file = file
        self._state = file.load() or QuotaState()
        self.refused = 0
        """Calls refused since the start because the day's were spent."""

    def spend(self, payer: str) -> bool:
        """Count one call of an account, or of whoever else pays; False when the day's calls were spent already."""
        if self.spent(payer) >= self.limit:
            self.refused += 1
            return False
        now_ms = self._clock.now_ms()
        before = self._state.calls.get(payer, [])
        self._state.calls[payer] = [*(at_ms for at_ms in before if at_ms > now_ms - DAY_MS), now_ms]
        self._file.save(self._state)
        return True

    def spent(self, payer: str) -> int:
        """Return the calls of an account today, or in the last 24 hours when the quota rolls."""
        after_ms = self._counts_after_ms()
        return sum(at_ms > after_ms for at_ms in self._state.calls.get(payer, ()))

    def set_spent(self, gcid: Gcid, calls: int) -> None:
        """Say that the account has made `calls` calls, all of them now."""
        self._state.calls[gcid] = [self._clock.now_ms()] * calls
        self._file.save(self._state)

    def resets_at_ms(self) -> int:
        """Return when the calls of the current UTC day come back (milliseconds since 1970 UTC)."""
        late_ms = round((self._faults.value("quota-resets-late") or 0) * MINUTE_MS)
        return ((self._clock.now_ms() - late_ms) // DAY_MS + 1) * DAY_MS + late_ms

    def reset(self) -> None:
        """Give every account its day's calls again."""
        self._state = QuotaState()
        self._file.save(self._state)

    def _counts_after_ms(self) -> int:
        now_ms = self._clock.now_ms()
        if self._faults.is_on("quota-rolls"):
            return now_ms - DAY_MS
        return self.resets_at_ms() - DAY_MS - 1
