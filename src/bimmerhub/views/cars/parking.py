"""A vehicle's stops: where it stood from when to when, what the battery lost, and what is known of why."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Annotated, Final, NamedTuple

import msgspec

from bimmerhub.domain.charging_sessions.session_fold import ChargingSessionsFold
from bimmerhub.domain.charging_sessions.session_record import ChargingRecord
from bimmerhub.domain.own_places import OwnPlace, find_place
from bimmerhub.domain.parking.car_stops import Drive, Stop, find_stops
from bimmerhub.domain.parking.parked_signs import DEPARTURE_MS, PARKED_DESCRIPTORS, ParkedSigns, read_parked_signs
from bimmerhub.domain.parking.standby import How, Standby, add_standbys, derive_standby
from bimmerhub.domain.reading import is_number
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.derived import StoredRecords
from bimmerhub.store.ports.places import StoredPlaces
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import DAY_MS, HOUR_MS, LATEST_MS, SECOND_MS, format_optional_time, format_time
from bimmerhub.views.cars.history import DEFAULT_ROWS, MOST_ROWS
from bimmerhub.views.cars.trips import LONGEST_TRIP_MS, StoredTrip, load_trips
from bimmerhub.views.fields import ListTokens, NewestPage, Number, Time
from bimmerhub.views.viewer import Viewer

LONGEST_CHARGE_MS: Final = 60 * DAY_MS
"""How long before a stop a charging session may have begun that still goes on in it."""
FIRST_STRETCH_MS: Final = 32 * DAY_MS
LONGEST_STRETCH_MS: Final = 366 * DAY_MS

_USABLE: Final = signal_by_name("usable_energy_kwh").descriptors()
_MOMENT: Final = attrgetter("measured_at_ms")
_START: Final = itemgetter(0)


class StopAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One stop, from arrival to departure. null: not told, or not known.

    `how` says of each number of the loss whether it was derived from what was measured, or estimated because a charge
    level came only on setting off; `band` how far it may be off, plus or minus.
    """

    start_at: Time
    end_at: Annotated[Time | None, msgspec.Meta(description="null while it stands")]
    duration_s: Annotated[int | None, msgspec.Meta(description="null while it stands")]
    place: Annotated[str | None, msgspec.Meta(description="name of the place; null: none of yours")]
    latitude_deg: Number | None
    longitude_deg: Number | None
    start_soc_percent: Number | None
    end_soc_percent: Annotated[Number | None, msgspec.Meta(description="as last told in it, else on setting off")]
    charged: Annotated[bool, msgspec.Meta(description="it was charged meanwhile; then nothing is said of a loss")]
    missing_km: Annotated[Number, msgspec.Meta(description="kilometres driven meanwhile that no trip explains")]
    standby_percent: Annotated[Number | None, msgspec.Meta(description="percent points lost by standing")]
    standby_kwh: Annotated[Number | None, msgspec.Meta(description="the same by what the full battery held then")]
    standby_mean_w: Annotated[Number | None, msgspec.Meta(description="null where it is less exact than 100 W")]
    causes: Annotated[
        list[str],
        msgspec.Meta(description="what was at work: climate, engine_heating, battery_preconditioning, alarm"),
    ]
    climate_s: Annotated[int | None, msgspec.Meta(description="for how long the climate was at work")]
    deep_sleep_s: Annotated[int | None, msgspec.Meta(description="for how long the car slept deeply")]
    how: dict[str, How]
    band: dict[str, Number]


class ParkingTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What the stops of a page come to, but for one that goes on."""

    stops: int
    duration_s: int
    standby_percent: Annotated[Number | None, msgspec.Meta(description="null when it is known of no stop")]
    standby_kwh: Number | None
    standby_mean_w: Annotated[
        Number | None, msgspec.Meta(description="over the stops of which the loss is known; null where it is not exact")
    ]
    standby_over_s: Annotated[int, msgspec.Meta(description="how long the stops were of which the loss is known")]
    coverage: Annotated[str, msgspec.Meta(examples=["over 452 of 509 h"])]
    how: dict[str, How]
    band: Annotated[dict[str, Number], msgspec.Meta(description="plus or minus; errors of stops do not add up in full")]


class ParkingPage(NewestPage[StopAnswer], frozen=True, kw_only=True):
    """A page of stops. `totals` are of the stops on it."""

    totals: ParkingTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkingReads:
    """What stops are read from."""

    records: StoredRecords
    readings: ReadingQuery
    places: StoredPlaces


class _Context(NamedTuple):
    """What lies around the stops of a stretch: when it was charged, what a full battery held, in order of time."""

    charges: Sequence[tuple[int, int | None]]
    usable: Sequence[tuple[int, float]]

    def is_charged(self, stop: Stop) -> bool:
        """Tell whether the last charge that began before the stop was over goes into it: no two charges overlap."""
        until_ms = LATEST_MS if stop.end_at_ms is None else stop.end_at_ms
        before = bisect_left(self.charges, until_ms, key=_START)
        return before > 0 and stop.overlaps(*self.charges[before - 1])

    def usable_kwh(self, stop: Stop) -> float | None:
        """Return what a full battery held at the end of the stop, as last told; else as first told after it."""
        if not self.usable:
            return None
        at_ms = self.usable[-1][0] if stop.end_at_ms is None else stop.end_at_ms
        return self.usable[max(0, bisect_right(self.usable, at_ms, key=_START) - 1)][1]


class _Loss(NamedTuple):
    """A stop, what the car told in it, and what it lost."""

    stop: Stop
    signs: ParkedSigns
    standby: Standby
    is_charged: bool


async def view_parking(
    viewer: Viewer,
    reads: ParkingReads,
    vin: Vin,
    *,
    from_ms: int,
    to_ms: int,
    limit: int = DEFAULT_ROWS,
    after: str | None = None,
) -> ParkingPage:
    """Return the newest `limit` stops that begin in `from_ms <= t < to_ms`, oldest first.

    `after` is the `next` of the page before, which held newer ones; ConfigError for any other.
    """
    viewer.require_vehicle(vin)
    tokens = ListTokens("stops", vin)
    last_ms = to_ms if after is None else min(to_ms, tokens.parse_number(after))
    stops = await _load_newest(reads.records, vin, from_ms=from_ms, to_ms=last_ms, enough=limit + 1)
    page, is_complete = stops[-limit:], len(stops) <= limit
    losses = await _derive_losses(reads, vin, page)
    places = await reads.places.places()
    return ParkingPage(
        items=[_describe(loss, places) for loss in losses],
        next=None if is_complete else tokens.token(page[0].start_at_ms),
        is_complete=is_complete,
        totals=_sum_up(losses),
    )


async def _load_newest(records: StoredRecords, vin: Vin, *, from_ms: int, to_ms: int, enough: int) -> list[Stop]:
    """Return the newest stops of a range, oldest first: at least `enough`, or all there are; it goes back in time."""
    stops: list[Stop] = []
    until_ms, stretch_ms = to_ms, FIRST_STRETCH_MS
    while until_ms > from_ms and len(stops) < enough:
        since_ms = max(from_ms, until_ms - stretch_ms)
        stops[:0] = await _load_stretch(records, vin, from_ms=since_ms, to_ms=until_ms)
        until_ms, stretch_ms = since_ms, min(2 * stretch_ms, LONGEST_STRETCH_MS)
    return stops


async def _load_stretch(records: StoredRecords, vin: Vin, *, from_ms: int, to_ms: int) -> list[Stop]:
    """Return the stops that begin in a stretch; the trips around it are read too."""
    trips = await load_trips(records, vin, from_ms=from_ms - LONGEST_TRIP_MS, to_ms=to_ms)
    if trips:
        trips += await _load_next(records, vin, to_ms)
    drives = [Drive(stored.start_at_ms, stored.end_at_ms, stored.trip) for stored in trips]
    return [stop for stop in find_stops(drives) if from_ms <= stop.start_at_ms < to_ms]


async def _load_next(records: StoredRecords, vin: Vin, from_ms: int) -> Sequence[StoredTrip]:
    """Return the first trip from that time on, if there is one."""
    for to_ms in (from_ms + FIRST_STRETCH_MS, LATEST_MS):
        trips = await load_trips(records, vin, from_ms=from_ms, to_ms=to_ms)
        if trips:
            return trips[:1]
    return ()


async def _load_context(reads: ParkingReads, vin: Vin, stops: Sequence[Stop]) -> _Context:
    if not stops:
        return _Context((), ())
    from_ms = stops[0].start_at_ms
    to_ms = LATEST_MS if stops[-1].end_at_ms is None else stops[-1].end_at_ms + 1
    stored = await reads.records.records(
        ChargingSessionsFold.name, vin, from_ms=from_ms - LONGEST_CHARGE_MS, to_ms=to_ms
    )
    sessions = [msgspec.json.decode(record.body, type=ChargingRecord) for record in stored]
    charges = [
        (session.started_at_ms, session.ended_at_ms) for session in sessions if session.started_at_ms is not None
    ]
    points = await _load_points(reads.readings, vin, _USABLE, from_ms=from_ms, to_ms=to_ms)
    before = await reads.readings.nearest_number(vin, _USABLE[0], "kWh", at_ms=from_ms)
    usable = sorted(
        (point.measured_at_ms, float(point.value))
        for point in (*points, *(() if before is None else (before,)))
        if is_number(point.value) and point.value > 0
    )
    return _Context(charges, usable)


async def _load_points(
    readings: ReadingQuery, vin: Vin, descriptors: Sequence[Descriptor], *, from_ms: int, to_ms: int
) -> list[Point]:
    points: list[Point] = []
    after: str | None = None
    while True:
        page, after = await readings.range(vin, descriptors, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS, after=after)
        points += page
        if after is None:
            return points


async def _derive_losses(reads: ParkingReads, vin: Vin, stops: Sequence[Stop]) -> list[_Loss]:
    """Return what was lost in each stop, with what the car told in it."""
    if not stops:
        return []
    context = await _load_context(reads, vin, stops)
    to_ms = LATEST_MS if stops[-1].end_at_ms is None else stops[-1].end_at_ms + DEPARTURE_MS
    points = await _load_points(reads.readings, vin, PARKED_DESCRIPTORS, from_ms=stops[0].start_at_ms, to_ms=to_ms)
    points.sort(key=_MOMENT)
    losses = []
    for stop in stops:
        until_ms = LATEST_MS if stop.end_at_ms is None else stop.end_at_ms + DEPARTURE_MS
        first, last = (bisect_left(points, at_ms, key=_MOMENT) for at_ms in (stop.start_at_ms, until_ms))
        signs = read_parked_signs(stop, [point.to_reading(vin) for point in points[first:last]])
        is_charged = context.is_charged(stop)
        standby = derive_standby(stop, signs, usable_kwh=context.usable_kwh(stop), is_charged=is_charged)
        losses.append(_Loss(stop, signs, standby, is_charged))
    return losses


def _describe(loss: _Loss, places: Sequence[OwnPlace]) -> StopAnswer:
    stop, signs, standby, is_charged = loss
    place = None
    if stop.latitude_deg is not None and stop.longitude_deg is not None:
        place = find_place(places, stop.latitude_deg, stop.longitude_deg)
    return StopAnswer(
        start_at=format_time(stop.start_at_ms),
        end_at=format_optional_time(stop.end_at_ms),
        duration_s=None if stop.end_at_ms is None else (stop.end_at_ms - stop.start_at_ms) // SECOND_MS,
        place=None if place is None else place.name,
        latitude_deg=stop.latitude_deg,
        longitude_deg=stop.longitude_deg,
        start_soc_percent=stop.start_soc_percent,
        end_soc_percent=stop.end_soc_percent if signs.last_level_percent is None else signs.last_level_percent,
        charged=is_charged,
        missing_km=stop.missing_km,
        standby_percent=standby.percent,
        standby_kwh=standby.kwh,
        standby_mean_w=standby.mean_w,
        causes=list(signs.causes),
        climate_s=signs.climate_s,
        deep_sleep_s=signs.deep_sleep_s,
        how=standby.how,
        band=dict(standby.band),
    )


def _sum_up(losses: Sequence[_Loss]) -> ParkingTotals:
    """Return what the stops that are over come to."""
    over = [loss for loss in losses if loss.stop.end_at_ms is not None]
    total = add_standbys(loss.standby for loss in over)
    duration_ms = sum((loss.stop.end_at_ms or 0) - loss.stop.start_at_ms for loss in over)
    return ParkingTotals(
        stops=len(over),
        duration_s=duration_ms // SECOND_MS,
        standby_percent=total.percent,
        standby_kwh=total.kwh,
        standby_mean_w=total.mean_w,
        standby_over_s=total.over_ms // SECOND_MS,
        coverage=f"over {total.over_ms / HOUR_MS:.0f} of {duration_ms / HOUR_MS:.0f} h",
        how=total.how,
        band=dict(total.band),
    )
