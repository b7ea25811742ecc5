"""What the live state needs from the store besides the newest of each series, for it to be the same after a restart.

An unknown word leaves the state before it, a number without a unit is in the unit that its key had last, and how long
an activity may be told as present follows from the car's own gaps.
"""

from collections.abc import Callable, Sequence
from typing import Final

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.sent_units import sent_unit, varies
from bimmerhub.domain.signals.freshness import ACTIVITIES, ACTIVITY_OF, CADENCE_MS, AgeingActivity
from bimmerhub.domain.state import MOVING, VehicleState, is_understood
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import DAY_MS, EARLIEST_MS

POINTS_PER_PAGE: Final = 10_000
FIRST_LOOK_MS: Final = DAY_MS

Wanted = Callable[[Reading], bool]


async def load_besides(query: ReadingQuery, vin: Vin, latest: Sequence[Point]) -> list[Point]:
    """Return the points that count for the live state of a car beside the newest of each series."""
    points: list[Point] = []
    for point in latest:
        if not is_understood(point.to_reading(vin)):
            points += await _look_back(query, vin, point, is_understood)
        elif varies(point.descriptor) and sent_unit(point.value, point.unit) is None:
            unit = load_catalogue()[point.descriptor].unit
            near = await query.nearest_number(vin, point.descriptor, unit, at_ms=point.measured_at_ms)
            points += [] if near is None else [near]
    state = VehicleState()
    state.fold(point.to_reading(vin) for point in [*latest, *points])
    under_way = {ACTIVITY_OF[name].name for name, signal in state.signals().items() if signal.deadlines is not None}
    for activity in ACTIVITIES:
        if activity.name in under_way:
            points += await _load_companions(query, vin, activity, latest)
    for point in latest:
        if under_way and point.descriptor == MOVING:
            points += await _look_back(query, vin, point, _is_true)
    return points


async def _load_companions(
    query: ReadingQuery, vin: Vin, activity: AgeingActivity, latest: Sequence[Point]
) -> list[Point]:
    """Return the companions of an activity in the stretch in which its gaps are looked at; "no value" is none."""
    newest = [point for point in latest if point.descriptor in activity.companions]
    spoken = [point for point in newest if point.value is not None]
    for point in newest:
        if point.value is None:
            spoken += await _look_back(query, vin, point, _has_value)
    newest_ms = max((point.measured_at_ms for point in spoken), default=0)
    companions = sorted(activity.companions)
    return await _load_all(query, vin, companions, from_ms=newest_ms - CADENCE_MS, to_ms=newest_ms + 1)


async def _look_back(query: ReadingQuery, vin: Vin, newest: Point, is_wanted: Wanted) -> list[Point]:
    """Return the newest wanted points of a descriptor, given its newest; looks back in steps that double."""
    to_ms, width_ms = newest.measured_at_ms + 1, FIRST_LOOK_MS
    while to_ms > EARLIEST_MS:
        points = await _load_all(query, vin, [newest.descriptor], from_ms=to_ms - width_ms, to_ms=to_ms)
        wanted = [point for point in points if is_wanted(point.to_reading(vin))]
        if wanted:
            return [point for point in wanted if point.measured_at_ms == wanted[-1].measured_at_ms]
        to_ms, width_ms = to_ms - width_ms, width_ms * 2
    return []


async def _load_all(
    query: ReadingQuery, vin: Vin, descriptors: Sequence[Descriptor], *, from_ms: int, to_ms: int
) -> list[Point]:
    points: list[Point] = []
    token: str | None = None
    while True:
        page, token = await query.range(
            vin, descriptors, from_ms=from_ms, to_ms=to_ms, limit=POINTS_PER_PAGE, after=token
        )
        points += page
        if token is None:
            return points


def _has_value(reading: Reading) -> bool:
    return reading.value is not None


def _is_true(reading: Reading) -> bool:
    return reading.value is True
