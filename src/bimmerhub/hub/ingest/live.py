"""The live state of every vehicle: a cache of what the store holds, folded from the same readings.

Its owner is `Ingest`, which calls `fold` after each durable batch.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from bimmerhub.domain.events import Event, SignalChanged
from bimmerhub.domain.latest_position import LatestPosition
from bimmerhub.domain.own_places import is_vehicle
from bimmerhub.domain.positions import APPROXIMATE_TOLERANCE_MS, LATITUDES, LONGITUDES
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.freshness import Freshness
from bimmerhub.domain.signals.value import SignalValue
from bimmerhub.domain.state import VehicleState
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.hub.ingest.besides import load_besides
from bimmerhub.ids import Vin
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import EARLIEST_MS, local_day_end_ms
from bimmerhub.views.ports.cars import VehicleStates

COORDINATES = tuple(sorted(LATITUDES | LONGITUDES))
COORDINATES_MS = 600_000
COORDINATES_PER_READ = 10_000


class LiveVehicles(VehicleStates):
    """Every known vehicle and the newest reading of each of its descriptors."""

    def __init__(self) -> None:
        self.sold: dict[Vin, int] = {}
        """When the day of sale of each archived vehicle ended (milliseconds UTC)."""
        self._vehicles: dict[Vin, Vehicle] = {}
        self._states: dict[Vin, VehicleState] = {}
        self._reloading = asyncio.Lock()
        self._meanwhile: dict[Vin, list[Reading]] = {}
        self._untold: list[Event] = []
        self._freshness: dict[tuple[Vin, str], Freshness] = {}

    async def load(self, query: ReadingQuery, vehicles: Iterable[Vehicle]) -> None:
        """Pick up where the store is: the vehicles it knows, the newest point of each series, the last position."""
        for vehicle in vehicles:
            self.introduce(vehicle)
        for vin in {*await query.vins(), *self._vehicles}:
            self._state_of(vin).fold(await _load_newest(query, vin))

    async def reload(self, query: ReadingQuery, vin: Vin) -> list[Event]:
        """Make the state of a vehicle anew from the store; return each signal that is another one then, or gone.

        What is folded in meanwhile may be newer than what the store was asked for, so it is folded in once more; and
        BMW may have told the drivetrain meanwhile. A vehicle that is forgotten meanwhile stays so.
        """
        was_there = vin in self._vehicles
        async with self._reloading:
            meanwhile = self._meanwhile[vin] = []
            try:
                stored = await _load_newest(query, vin)
            finally:
                del self._meanwhile[vin]
        if was_there and vin not in self._vehicles:
            return []
        fresh = VehicleState(drivetrain=self._drivetrain_of(vin))
        fresh.fold([*stored, *meanwhile])
        before = dict(self._state_of(vin).signals())
        self._states[vin] = fresh
        after = fresh.signals()
        signals = [signal for name, signal in after.items() if signal != before.get(name)]
        signals += [
            replace(signal, value=None, quality="withdrawn") for name, signal in before.items() if name not in after
        ]
        return [SignalChanged(vin=vin, signal=signal) for signal in signals]

    def introduce(self, vehicle: Vehicle) -> None:
        """Add a vehicle, or replace what was known of it."""
        self._vehicles[vehicle.vin] = vehicle
        if vehicle.sold_on is None:
            self.sold.pop(vehicle.vin, None)
        else:
            self.sold[vehicle.vin] = local_day_end_ms(vehicle.sold_on)
        state = self._states.setdefault(vehicle.vin, VehicleState())
        changes = state.learn_drivetrain(vehicle.drivetrain)
        self._untold += [SignalChanged(vin=vehicle.vin, signal=signal) for signal in changes.signals]

    def is_seen(self, vin: Vin, account_id: int) -> bool:
        """Tell whether the vehicle is known to be seen by this account."""
        vehicle = self._vehicles.get(vin)
        return vehicle is not None and vehicle.seen_by(account_id) is not None

    def forget(self, vin: Vin) -> None:
        """Leave out a vehicle of which nothing is stored any more."""
        for by_vin in (self.sold, self._vehicles, self._states):
            by_vin.pop(vin, None)
        self._untold = [event for event in self._untold if not (isinstance(event, SignalChanged) and event.vin == vin)]

    def fold(self, readings: Sequence[Reading]) -> list[Event]:
        """Take in stored readings and return each signal that changed."""
        by_vin: dict[Vin, list[Reading]] = {}
        for reading in readings:
            if is_vehicle(reading.vin):
                by_vin.setdefault(reading.vin, []).append(reading)
        events, self._untold = self._untold, []
        for vin, own in by_vin.items():
            changes = self._state_of(vin).fold(own)
            if vin in self._meanwhile:
                self._meanwhile[vin] += own
            events += [SignalChanged(vin=vin, signal=signal) for signal in changes.signals]
        return events

    @override
    def vehicles(self) -> Sequence[Vehicle]:
        return [self._described(self._vehicles[vin]) for vin in sorted(self._vehicles)]

    def _described(self, vehicle: Vehicle) -> Vehicle:
        """Return the vehicle with the drivetrain that its readings give away, where BMW has not told it."""
        drivetrain = self._states[vehicle.vin].car.drivetrain
        return vehicle if drivetrain == vehicle.drivetrain else replace(vehicle, drivetrain=drivetrain)

    @override
    def state(self, vin: Vin) -> Mapping[str, SignalValue] | None:
        state = self._states.get(vin)
        return None if state is None else state.signals()

    @override
    def car_facts(self, vin: Vin) -> CarFacts:
        state = self._states.get(vin)
        return CarFacts() if state is None else state.car

    def changed_freshness(self, now_ms: int) -> list[Event]:
        """Return what is to be told besides what readings change, since this was asked last.

        That is each signal that may be told as present less than before, or more, and what a newly learned drivetrain
        has changed.
        """
        events, self._untold = self._untold, []
        now: dict[tuple[Vin, str], Freshness] = {}
        for vin, state in self._states.items():
            for name, signal in state.signals().items():
                if signal.deadlines is None:
                    continue
                now[vin, name] = freshness = signal.freshness(now_ms)
                if self._freshness.get((vin, name), "fresh") != freshness:
                    events.append(SignalChanged(vin=vin, signal=signal))
        self._freshness = now
        return events

    def _drivetrain_of(self, vin: Vin) -> str | None:
        vehicle = self._vehicles.get(vin)
        return None if vehicle is None else vehicle.drivetrain

    def _state_of(self, vin: Vin) -> VehicleState:
        if vin not in self._vehicles:
            self.introduce(Vehicle(vin=vin))
        return self._states[vin]


async def _load_newest(query: ReadingQuery, vin: Vin) -> list[Reading]:
    latest = await query.latest(vin)
    points = await query.newest_instants(vin)  # what comes yet can make another value of the same second the newest
    points += await _load_coordinates(query, vin, latest)
    points += await load_besides(query, vin, latest)
    return [*(point.to_reading(vin) for point in points), *await query.unclear(vin)]


async def _load_coordinates(query: ReadingQuery, vin: Vin, latest: Sequence[Point]) -> list[Point]:
    """Return those coordinates of which the newest position is made, however old it is.

    Latitude and longitude are paired by their own times, and the newest of each need not be a pair. So this goes back
    from where both are, in stretches twice as long each time, until no older coordinate can be part of it.
    """
    latitudes_ms = [point.measured_at_ms for point in latest if point.descriptor in LATITUDES]
    longitudes_ms = [point.measured_at_ms for point in latest if point.descriptor in LONGITUDES]
    if not (latitudes_ms and longitudes_ms):
        return []
    position = LatestPosition()
    points: list[Point] = []
    to_ms = min(max(latitudes_ms), max(longitudes_ms)) + APPROXIMATE_TOLERANCE_MS + 1
    stretch_ms = COORDINATES_MS
    while to_ms > EARLIEST_MS and not position.is_settled(before_ms=to_ms):
        from_ms = to_ms - stretch_ms
        stretch = await _load_stretch(query, vin, from_ms=from_ms, to_ms=to_ms)
        for point in stretch:
            position.add(point.to_reading(vin))
        points[:0] = stretch
        to_ms, stretch_ms = from_ms, 2 * stretch_ms
    return points


async def _load_stretch(query: ReadingQuery, vin: Vin, *, from_ms: int, to_ms: int) -> list[Point]:
    points: list[Point] = []
    after: str | None = None
    while True:
        page, after = await query.range(
            vin, COORDINATES, from_ms=from_ms, to_ms=to_ms, limit=COORDINATES_PER_READ, after=after
        )
        points += page
        if after is None:
            return points
