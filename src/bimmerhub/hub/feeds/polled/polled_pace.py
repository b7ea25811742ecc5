"""How often a family that is asked is asked: the table `[polling]`, and the pauses after failures.

Clients of i Remote asked every 5 to 30 minutes, and no limit was documented (clients, 2015-2021); nobody is asked more
often than that. BMW counts the calls of the MyBMW app's interface: about 120 a day were allowed around 2022 (users).
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Annotated

import msgspec

from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS

REFUSED_PAUSE_MS = 6 * HOUR_MS
"""A refusal is not over soon, but a locked account may be free again, and nobody looks at a hub every day."""
FIRST_PAUSE_MS = MINUTE_MS
KEPT_BACK = 10
"""Calls of the day that the hub does not spend by itself."""
AWAKE_SIGNALS = ("is_charging", "is_moving", "is_ignition_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingSettings:
    """How often accounts are asked that do not stream: `iremote`, `connecteddrive` and `mybmw`."""

    parked_min: Annotated[float, msgspec.Meta(ge=5, le=1_440)] = 30.0
    """Minutes between two questions while every car is parked."""
    active_min: Annotated[float, msgspec.Meta(ge=5, le=1_440)] = 5.0
    """Minutes between two questions while a car charges or is driven."""

    calls_per_day: Annotated[int, msgspec.Meta(ge=20, le=1_000_000)] = 120
    """Calls of a UTC day that an account of `mybmw` may make; the hub asks less often where they would not last. BMW
    counts by the version and build of the app, and does not say how many it allows: about 120 in 2022."""

    def stretched_ms(self, pause_ms: int, *, spent: int, cars: int, now_ms: int) -> int:
        """Return a pause so long that the day's calls last until its end (UTC), of whole minutes where it is longer.

        `spent` of them are made, and a question of each of the cars takes one. KEPT_BACK are left to a person.
        """
        left_ms = DAY_MS - now_ms % DAY_MS
        rounds = self.rounds_left(spent=spent, cars=cars)
        needed_ms = left_ms if rounds <= 0 else left_ms / rounds
        return max(pause_ms, ceil(needed_ms / MINUTE_MS) * MINUTE_MS) if needed_ms > pause_ms else pause_ms

    def rounds_left(self, *, spent: int, cars: int) -> int:
        """Return how often all the cars can be asked for with what is left of the day's calls, 0 or less for never."""
        return (self.calls_per_day - KEPT_BACK - spent) // max(cars, 1)

    def pause_ms(self, *, is_active: bool) -> int:
        """Return the pause until the next question, in milliseconds."""
        return round((min(self.active_min, self.parked_min) if is_active else self.parked_min) * MINUTE_MS)

    def failed_pause_ms(self, failures: int, jitter: random.Random) -> int:
        """Return the pause after so many failures in a row: doubled each time, and never longer than while parked."""
        ceiling_ms = min(FIRST_PAUSE_MS << min(failures - 1, 16), self.pause_ms(is_active=False))
        return round(jitter.uniform(0.5, 1.0) * ceiling_ms)


def is_awake(signals: Mapping[str, SignalValue] | None, *, odometer_before: object) -> bool:
    """Tell whether a car charges or is driven, by its newest state and what its odometer said at the last question."""
    if signals is None:
        return False
    odometer = signals.get("odometer_km")
    has_moved = odometer is not None and odometer_before is not None and odometer.value != odometer_before
    return has_moved or any(
        (signal := signals.get(name)) is not None and signal.value is True for name in AWAKE_SIGNALS
    )
