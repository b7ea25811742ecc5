"""What the numbers that folds reckon with can be at all; what is outside is no number to reckon with.

The ranges are the possible ones of `domain.plausibility.limits`. That sets apart what comes with a range of its own;
numbers of older families, added keys and hints have none, and one of 1e308 would make a record infinite.
"""

from typing import Final

NumberRange = tuple[float, float]
"""Both ends included."""

PERCENT: Final[NumberRange] = (0, 100)
LATITUDE_DEG: Final[NumberRange] = (-90, 90)
LONGITUDE_DEG: Final[NumberRange] = (-180, 180)
ALTITUDE_M: Final[NumberRange] = (-1_500, 20_000)
ODOMETER_KM: Final[NumberRange] = (0, 5_000_000)
FUEL_L: Final[NumberRange] = (0, 200)
BATTERY_KWH: Final[NumberRange] = (0.1, 300)
"""What a battery holds; 48 V systems hold 0.5 kWh and more (inferred)."""
MISSING_KWH: Final[NumberRange] = (0, 300)
POWER_KW: Final[NumberRange] = (-30, 1_000)
VOLTS: Final[NumberRange] = (0, 1_000)
AMPERES: Final[NumberRange] = (0, 1_000)
PHASES: Final[NumberRange] = (0, 3)
MINUTES_LEFT: Final[NumberRange] = (0, 65_500)
PLUG_EVENT: Final[NumberRange] = (0, 1_000_000)
SEGMENT: Final[NumberRange] = (-1_000, 1_000)
"""Shares, stars, kWh and kWh/100km of BMW's summary of a trip."""


def is_possible(value: float, limits: NumberRange) -> bool:
    """Tell whether a number is in that range; NaN never is."""
    return limits[0] <= value <= limits[1]
