"""The numbers of a car for strangers' eyes: what they tell of the car stays, what they tell of its owner goes.

A number of the catalogue passes, with two decimals. But positions, altitudes and headings are drawn anew (a track that
is only turned and moved can be laid onto a map of roads), what counts for the car's life begins elsewhere, and times at
which the owner leaves become others. A number of a key that no catalogue has, or one too large for a quantity, becomes
the order in which it came first: 1, 2, 3.
"""

import random
from collections.abc import Mapping
from typing import Final

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.units import KM_PER_MILE, normalise_unit
from bimmerhub.ids import Descriptor

Number = int | float

LARGEST: Final = 1_000_000
"""More is no quantity of a car's, but an id or a telephone number."""
DECIMALS: Final = 2
_NAVIGATION: Final = "vehicle.cabin.infotainment.navigation."
_AXES: Final[Mapping[str, tuple[float, float, int]]] = {
    f"{_NAVIGATION}{place}.{axis}": (start, limit, 6)
    for place in ("currentLocation", "destinationSet")
    for axis, start, limit in (("latitude", 48.0, 90.0), ("longitude", -40.0, 180.0))
} | {f"{_NAVIGATION}currentLocation.altitude": (300.0, 9_000.0, 0)}
"""Where a drawn course begins (in the Atlantic, 300 m high), the largest value that is one, and its decimals."""
_STEP_SHARES: Final = (0.4, 0.9)
"""How long a drawn step is, as a share of the true one: never longer, so that no car gets faster than it was."""
_HEADING: Final = f"{_NAVIGATION}currentLocation.heading"
_ODOMETERS: Final = ("travelledDistance",)
_COUNTERS: Final = ("OverLifeTime", "plugEventId")
_BEGINS_AT: Final = (5_000, 60_000)
_TIMERS: Final[Mapping[str, int]] = {".hour": 24, ".minute": 60}


class NumberMask:
    """Moves the numbers of one car. `chance` has to be a secret's, so that nobody can draw the same again."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._courses: dict[str, tuple[float, float]] = {}
        self._offsets: dict[str, int] = {}
        self._headings: dict[Number, int] = {}
        self._order: dict[tuple[str, Number], int] = {}
        self._counts: dict[str, int] = {}

    def move(self, key: str, value: Number, unit: str | None) -> Number:
        """Return what a number of a descriptor becomes; the same number of one key, but for positions, the same."""
        if key in _AXES:
            return self._step(key, value)
        if key == _HEADING:
            return self._headings.setdefault(value, self._chance.randrange(360))
        if abs(value) > LARGEST or value != value or not _is_number_key(key):  # noqa: PLR0124 - not a number
            return self.order_of(key, value)
        if any(word in key for word in (*_ODOMETERS, *_COUNTERS)):
            return self._begin_elsewhere(key, value, unit)
        for ending, whole in _TIMERS.items():
            if ".timers." in key and key.endswith(ending):
                return self.order_of(key, value) % whole
        return value if isinstance(value, int) else round(value, DECIMALS)

    def order_of(self, key: str, value: Number) -> Number:
        """Return which of the values of a key this is, by when it came first; a float stays one."""
        if (key, value) not in self._order:
            self._counts[key] = self._counts.get(key, 0) + 1
            self._order[key, value] = self._counts[key]
        order = self._order[key, value]
        return order if isinstance(value, int) else order + 0.5

    def _step(self, key: str, value: Number) -> Number:
        """Return the next value of a drawn course: as still, as far at most, and as impossible as the true one."""
        start, limit, decimals = _AXES[key]
        if value == 0:
            return value
        if not abs(value) <= limit:
            return self.order_of(key, value)
        before = self._courses.get(key)
        if before is None:
            drawn = start + self._chance.uniform(-5, 5)
        else:
            way = abs(value - before[0]) * self._chance.uniform(*_STEP_SHARES)
            drawn = before[1] + (way if self._chance.random() < 0.5 else -way)  # noqa: PLR2004 - either way
            if abs(drawn - start) > limit / 4:
                drawn = before[1] - (drawn - before[1])
        self._courses[key] = (value, drawn)
        return round(drawn, decimals) if decimals else round(drawn)

    def _begin_elsewhere(self, key: str, value: Number, unit: str | None) -> Number:
        """Return what counts for a car's life as if it had begun with another number; zero, which is none, stays."""
        if value == 0:
            return value
        name = _ODOMETERS[0] if _ODOMETERS[0] in key else key
        if name not in self._offsets:
            self._offsets[name] = self._chance.randint(*_BEGINS_AT) - round(value)
        offset = self._offsets[name]
        if unit is not None and normalise_unit(unit) == "mi":
            offset = round(offset / KM_PER_MILE) if name == _ODOMETERS[0] else offset
        moved = value + offset
        return abs(moved) if isinstance(moved, int) else round(abs(moved), DECIMALS)


def _is_number_key(key: str) -> bool:
    entry = load_catalogue().get(Descriptor(key))
    return entry is not None and entry.datatype == "number"
