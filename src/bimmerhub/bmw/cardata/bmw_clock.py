"""BMW's clock as far as we know it, which rules the days of the quota: learnt from the header Date of its answers."""

from bimmerhub.bmw.clock import LONGEST_NAP_S, Clock
from bimmerhub.domain.account.bmw_time import BmwTime, DateHeard
from bimmerhub.times import MINUTE_MS

CORRECTED_MS = MINUTE_MS
"""By less each answer may correct what is known: by how long it took, and the second of its Date."""


class BmwClock:
    """A `bmw.clock.Clock` that shows BMW's time once two answers have told it, and until then that of `ours`.

    While it is known, setting the machine's clock changes nothing here. `time` is what is known. Instead of going back
    a little it stands still, for what was noted a second ago must not be of the future.
    """

    def __init__(self, ours: Clock, time: BmwTime | None = None) -> None:
        self._ours = ours
        self.time = time or BmwTime()
        self._latest_ms = 0

    def hear(self, date_ms: int | None, *, asked_at_s: float) -> None:
        """Take note of an answer that has just come: its Date (milliseconds UTC), and `elapsed_s` when it was asked."""
        if date_ms is not None:
            self.time = self.time.heard(
                DateHeard(
                    date_ms=date_ms,
                    asked_at_elapsed_ms=round(asked_at_s * 1000),
                    answered_at_elapsed_ms=self._elapsed_ms(),
                )
            )

    def now_ms(self) -> int:
        """Return BMW's time in milliseconds since 1970 UTC."""
        now_ms = self.time.now_ms(ours_ms=self._ours.now_ms(), elapsed_ms=self._elapsed_ms())
        if not now_ms < self._latest_ms < now_ms + CORRECTED_MS:
            self._latest_ms = now_ms
        return self._latest_ms

    @property
    def is_known(self) -> bool:
        """Whether BMW's answers have told its time; else it is this machine's."""
        return self.time.believed is not None

    def at_elapsed(self, elapsed_s: float) -> int:
        """Return BMW's time (milliseconds UTC) when `elapsed_s` was so much."""
        return self.now_ms() + round(elapsed_s * 1000) - self._elapsed_ms()

    def from_ours(self, at_ms: int) -> int:
        """Return what BMW's clock showed when the machine's clock showed `at_ms`, had neither been set since."""
        return at_ms + self.now_ms() - self._ours.now_ms()

    def when_arrived(self, at_ms: int) -> int:
        """Return when something came in truth that came at `at_ms` by the machine's clock, unless that is right.

        It is right when BMW's time is not known, or less than CORRECTED_MS away from it.
        """
        true_ms = self.from_ours(at_ms)
        return true_ms if self.is_known and abs(true_ms - at_ms) >= CORRECTED_MS else at_ms

    async def sleep_until(self, at_ms: int) -> None:
        """Return once `now_ms()` is at least `at_ms`, looking again as the machine's clock does."""
        while (wait_ms := at_ms - self.now_ms()) > 0:
            await self._ours.sleep(min(wait_ms / 1000, LONGEST_NAP_S))

    def elapsed_s(self) -> float:
        """Return seconds since some moment that stays the same."""
        return self._ours.elapsed_s()

    async def sleep(self, seconds: float) -> None:
        """Return once so much more has elapsed."""
        await self._ours.sleep(seconds)

    def _elapsed_ms(self) -> int:
        return round(self._ours.elapsed_s() * 1000)
