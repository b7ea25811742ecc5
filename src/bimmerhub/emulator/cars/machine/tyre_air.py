"""The air in the tyres: lost slowly, and sometimes through a nail; pressure follows temperature.

The target pressure moves with the temperature too (observed by clients 2025-2026).
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from bimmerhub.emulator.cars.world.agenda import Fate
from bimmerhub.times import DAY_MS, MINUTE_MS

REFERENCE_CELSIUS, KPA_PER_CELSIUS = 20.0, 0.9
TARGET_SPAN_KPA = 20
WARM_CELSIUS, WARM_UP_MINUTES, COOL_DOWN_MINUTES = 16.0, 15.0, 40.0
NATURAL_KPA_A_DAY = 0.07
INFLATED_EVERY_DAYS = 110
NAIL_SEASON_DAYS, NAIL_CHANCE, NAIL_KPA_A_DAY = 120, 0.3, (3.0, 8.0)
REPAIRED_AFTER_KPA = 45.0
LEAST_KPA = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A hole: `wheel` loses `kpa_a_day` from `start_ms` on, until the tyre is repaired."""

    wheel: str
    start_ms: int
    kpa_a_day: float
    end_ms: int | None = None

    def lost_kpa(self, at_ms: int) -> float:
        """Return what has been lost; nothing once it is repaired."""
        if at_ms < self.start_ms or (self.end_ms is not None and at_ms >= self.end_ms):
            return 0.0
        return (at_ms - self.start_ms) / DAY_MS * self.kpa_a_day


class Tyres:
    """The tyres of one car. Nails come by fate, one season in three or so; `puncture` adds one."""

    def __init__(self, fate: Fate, *, target_kpa: int, wheels: tuple[str, ...]) -> None:
        chance = fate.of("tyres")
        self.wheels = wheels
        self._fate = fate
        self._target_kpa = target_kpa
        self._filled_kpa = {wheel: target_kpa + chance.uniform(2, 10) for wheel in wheels}
        self._first_day = chance.randrange(INFLATED_EVERY_DAYS)
        self._punctures: dict[str, Leak] = {}
        self._inflated_ms = 0
        self._warmth_celsius, self._warmth_at_ms, self._is_rolling = 0.0, 0, False
        self._nail = lru_cache(maxsize=4)(self._new_nail)

    def roll(self, at_ms: int, *, is_rolling: bool) -> None:
        """Begin or stop to roll: rolling warms."""
        self._warmth_celsius, self._warmth_at_ms = self.warmth_celsius(at_ms), at_ms
        self._is_rolling = is_rolling

    def warmth_celsius(self, at_ms: int) -> float:
        """Return how much warmer than the air the tyres are."""
        goal = WARM_CELSIUS if self._is_rolling else 0.0
        minutes = (at_ms - self._warmth_at_ms) / MINUTE_MS
        lag = math.exp(-minutes / (WARM_UP_MINUTES if self._is_rolling else COOL_DOWN_MINUTES))
        return goal + (self._warmth_celsius - goal) * lag

    def puncture(self, wheel: str, *, at_ms: int, kpa_a_day: float) -> None:
        """Run over a nail."""
        self._punctures[wheel] = Leak(wheel=wheel, start_ms=at_ms, kpa_a_day=kpa_a_day)

    def inflate(self, at_ms: int) -> None:
        """Repair and fill all tyres."""
        self._punctures.clear()
        self._inflated_ms = at_ms

    def cold_kpa(self, wheel: str, at_ms: int) -> float:
        """Return the pressure that a wheel would have at 20 degrees Celsius."""
        day = at_ms // DAY_MS
        filled_day = max((day - self._first_day) // INFLATED_EVERY_DAYS * INFLATED_EVERY_DAYS + self._first_day, 0)
        since_ms = max(filled_day * DAY_MS, self._inflated_ms)
        lost = (at_ms - since_ms) / DAY_MS * NATURAL_KPA_A_DAY
        nail = self._nail(day // NAIL_SEASON_DAYS)
        if nail is not None and nail.wheel == wheel and nail.start_ms >= self._inflated_ms:
            lost += nail.lost_kpa(at_ms)
        if wheel in self._punctures:
            lost += self._punctures[wheel].lost_kpa(at_ms)
        return max(LEAST_KPA, self._filled_kpa[wheel] - lost)

    def pressure_kpa(self, wheel: str, at_ms: int, *, celsius: float) -> float:
        """Return the pressure of a wheel at a temperature of its air."""
        return self.cold_kpa(wheel, at_ms) + KPA_PER_CELSIUS * (celsius - REFERENCE_CELSIUS)

    def target_kpa(self, celsius: float) -> float:
        """Return what a wheel should have at a temperature of its air."""
        moved = KPA_PER_CELSIUS * (celsius - REFERENCE_CELSIUS)
        return self._target_kpa + min(max(moved, -TARGET_SPAN_KPA), TARGET_SPAN_KPA)

    def _new_nail(self, season: int) -> Leak | None:
        chance = self._fate.of("nail", season)
        if chance.random() >= NAIL_CHANCE:
            return None
        start_ms = (season * NAIL_SEASON_DAYS + chance.randrange(NAIL_SEASON_DAYS - 30)) * DAY_MS
        kpa_a_day = chance.uniform(*NAIL_KPA_A_DAY)
        end_ms = start_ms + round(REPAIRED_AFTER_KPA / kpa_a_day * DAY_MS)
        return Leak(wheel=chance.choice(self.wheels), start_ms=start_ms, kpa_a_day=kpa_a_day, end_ms=end_ms)
