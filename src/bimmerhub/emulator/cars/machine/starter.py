"""The 12 V battery: it rests lower each year and each day of standing, and is replaced when it is old."""

from dataclasses import dataclass

from bimmerhub.emulator.cars.states import StarterHealth
from bimmerhub.emulator.cars.world.agenda import Fate
from bimmerhub.times import DAY_MS

YEAR_MS = 365.25 * DAY_MS
LASTS_YEARS = 6.5
AWAKE_VOLTS = 14.3
WEAK_AFTER_YEARS = 4.5
SLEEPS_AFTER_DAYS, WEAK_SLEEPS_AFTER_DAYS = 21.0, 5.0
HEALTH = ((2.5, StarterHealth.OK), (4.5, StarterHealth.LIMITED), (5.8, StarterHealth.INADEQUATE))
"""The battery's health up to an age in years; after the last one it is worn out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """The 12 V battery of a car and those after it; the first was made at `made_ms`."""

    made_ms: int

    def age_years(self, at_ms: int) -> float:
        """Return the age of the battery that is in the car."""
        return (at_ms - self.made_ms) / YEAR_MS % LASTS_YEARS

    def volts(self, at_ms: int, *, parked_days: float, celsius: float, is_awake: bool) -> float:
        """Return the voltage."""
        if is_awake:
            return round(AWAKE_VOLTS - 0.008 * (celsius - 15), 1)
        resting = 12.75 - 0.07 * self.age_years(at_ms) - self._loss_a_day(at_ms) * parked_days
        return round(max(11.4, resting + 0.004 * min(0.0, celsius)), 1)

    def percent(self, at_ms: int, *, parked_days: float, is_awake: bool) -> int:
        """Return the charge level."""
        full = 94 - 2.0 * self.age_years(at_ms)
        return round(full if is_awake else max(35.0, full - 4 - 120 * self._loss_a_day(at_ms) * parked_days))

    def health(self, at_ms: int) -> StarterHealth:
        """Return how good the battery still is."""
        age = self.age_years(at_ms)
        return next((health for up_to, health in HEALTH if age < up_to), StarterHealth.WORN_OUT)

    def is_deep_asleep(self, at_ms: int, *, parked_days: float) -> bool:
        """Return whether the car has switched off what it can, to save this battery."""
        is_weak = self.age_years(at_ms) > WEAK_AFTER_YEARS
        return parked_days >= (WEAK_SLEEPS_AFTER_DAYS if is_weak else SLEEPS_AFTER_DAYS)

    def _loss_a_day(self, at_ms: int) -> float:
        return 0.012 + 0.006 * self.age_years(at_ms)


def new_starter(fate: Fate, start_ms: int) -> Starter:
    """Return the battery that a car has when its life begins."""
    return Starter(made_ms=start_ms - round(fate.of("starter").uniform(0.5, 5.0) * YEAR_MS))
