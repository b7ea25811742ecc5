"""Which readings of a position or a charge level are false: those that a car cannot come to and come back from.

Seen are positions 198 km away for one message, and charge levels of 0 for a moment (observed by clients 2025-2026). A
single reading shows nothing, and the newest one has nothing after it. So a reading is judged with up to `REACH` others
of its descriptor on either side, the false ones among them too. It is an outlier when it contradicts more than half of
those before it and more than half of those after it; or when it contradicts the nearest on one side and nothing on
either side is anywhere near it, for cars can be silent for so long that time alone would explain the way back. A charge
level of 0 that is said up to `REACH` times in a row is judged with what lies around the whole row. The verdict depends
on which readings there are, never on the order in which they came. A step that lasts (a new battery's first level, a
car that was carried) is no outlier.

Two readings contradict each other when they differ by more than `slack`, and what can have come about in the time
between them at `per_hour`. Time explains a lot: a ferry or a car train of some hours makes no outlier.

Latitude and longitude are two descriptors, and each is judged by itself. A false place is far off in at least one of
them; the half that is left alone makes no position with the halves around it.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bimmerhub.domain.positions import LATITUDES, LONGITUDES
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.ids import Descriptor
from bimmerhub.times import HOUR_MS

Mark = tuple[int, float]
"""What was said when (ms since 1970 UTC)."""

VERSION: Final = 2
"""The version of this rule; a change of what it says needs another one, and makes every store judge anew."""

REACH: Final = 4
"""How many readings to each side have a say."""

CHARGE_LEVELS: Final = (
    Descriptor("vehicle.drivetrain.batteryManagement.header"),
    Descriptor("vehicle.powertrain.electric.battery.stateOfCharge.displayed"),
    Descriptor("vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc"),
    Descriptor("vehicle.drivetrain.electricEngine.charging.level"),
    *family_descriptors("soc_percent"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outliers:
    """The rule for one kind of quantity, named in words; `slack`, `per_hour` and `lone` are in its unit."""

    quantity: str
    unit: str
    slack: float
    per_hour: float
    lone: float
    """What differs by more than this from all around it is not near any of them."""
    turn: float | None = None
    """What a full turn is, for an angle: 179.9 and -179.9 degrees east lie beside each other."""
    repeats_zero: bool = False
    """A false 0 can come several times in a row."""
    ignores_zero: bool = False
    """0 is no number that has neighbours: it is how a car says that it does not know where it is."""

    def agree(self, mark: Mark, other: Mark) -> bool:
        """Tell whether a car can have said both."""
        return self._step(mark, other) <= self.slack + self.per_hour * abs(mark[0] - other[0]) / HOUR_MS

    def judge(self, marks: Iterable[Mark], *, released: Collection[Mark] = ()) -> set[Mark]:
        """Return the marks that are true; what a person released is."""
        ordered = sorted(set(marks).union(released))
        return {mark for place, mark in enumerate(ordered) if mark in released or not self.is_outlier(ordered, place)}

    def is_outlier(self, ordered: Sequence[Mark], place: int) -> bool:
        """Tell whether the mark at that place contradicts those around it; `ordered` holds `REACH` to each side."""
        mark = ordered[place]
        before, after = ordered[max(0, place - REACH) : place], ordered[place + 1 : place + 1 + REACH]
        if self.repeats_zero and mark[1] == 0:
            before, after = _around_row(before, after)
        if not before or not after:
            return False
        if self._contradicts_most(mark, before) and self._contradicts_most(mark, after):
            return True
        is_contradicted = not (self.agree(mark, before[-1]) and self.agree(mark, after[0]))
        return is_contradicted and not any(self._is_near(mark, other) for other in (*before, *after))

    def goes_on(self, tail: Sequence[Mark], mark: Mark) -> bool:
        """Tell whether a mark behind the newest `REACH` ones is no outlier, and surely makes none of them one.

        Every live reading comes through here, and most differ by less than the slack.
        """
        value, slack = mark[1], self.slack
        for other in tail:
            if not -slack <= value - other[1] <= slack:
                break
        else:
            return True
        return all(self.agree(mark, other) and self._is_near(mark, other) for other in tail)

    def doubt(self, mark: Mark, truth: Sequence[Mark]) -> str:
        """Return in words why a mark is not true, held against the true ones, which are sorted."""
        place = bisect_left(truth, mark)
        steps = [self._step(mark, other) for other in truth[max(0, place - 1) : place + 1]]
        step = f" by {min(steps):.3g}{self.unit}" if steps else ""
        return f"the {self.quantity} jumps{step} and back, faster than it can change"

    def _is_near(self, mark: Mark, other: Mark) -> bool:
        return self._step(mark, other) <= self.lone

    def _step(self, mark: Mark, other: Mark) -> float:
        step = abs(mark[1] - other[1])
        return step if self.turn is None else min(step, abs(self.turn - step))

    def _contradicts_most(self, mark: Mark, others: Sequence[Mark]) -> bool:
        return 2 * sum(not self.agree(mark, other) for other in others) > len(others)


def _around_row(before: Sequence[Mark], after: Sequence[Mark]) -> tuple[Sequence[Mark], Sequence[Mark]]:
    """Return what is left beside a 0 without the zeros next to it; all of it when they are `REACH` or more."""
    earlier = next((count for count, mark in enumerate(reversed(before)) if mark[1] != 0), len(before))
    later = next((count for count, mark in enumerate(after) if mark[1] != 0), len(after))
    if earlier + later >= REACH:
        return before, after
    return before[: len(before) - earlier], after[later:]


_KM_PER_DEGREE: Final = 111.2
_KMH: Final = 250.0
_NORTHERNMOST_SHARE: Final = 0.34
"""How long a degree of longitude is at 70 degrees north, the end of the roads, against one at the equator: the
latitude is another descriptor, and no true longitude must be doubted anywhere."""

_CHARGE_LEVEL: Final = Outliers(quantity="charge level", unit=" %", slack=5, per_hour=270, lone=20, repeats_zero=True)
"""4.5 % a minute, for a battery that charges as fast as any of BMW's does for ten minutes (46 %)."""

_LATITUDE: Final = Outliers(
    quantity="latitude", unit="°", slack=0.01, per_hour=_KMH / _KM_PER_DEGREE, lone=0.5, ignores_zero=True
)
_LONGITUDE: Final = Outliers(
    quantity="longitude",
    unit="°",
    slack=0.03,
    per_hour=_KMH / _KM_PER_DEGREE / _NORTHERNMOST_SHARE,
    lone=0.8,
    turn=360,
    ignores_zero=True,
)

OUTLIERS: Final = (
    dict.fromkeys(LATITUDES, _LATITUDE)
    | dict.fromkeys(LONGITUDES, _LONGITUDE)
    | dict.fromkeys(CHARGE_LEVELS, _CHARGE_LEVEL)
)
"""The rule of each descriptor that has one. 0.01 degrees are 1.1 km: a car can lose its way in a garage."""
