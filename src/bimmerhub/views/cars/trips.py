"""A vehicle's trips: a list with totals, and one of them by its id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.own_places import OwnPlace, find_place
from bimmerhub.domain.trips.trip_record import How, Trip
from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin
from bimmerhub.store.ports.derived import StoredRecord, StoredRecords
from bimmerhub.store.ports.places import StoredPlaces
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.times import DAY_MS, SECOND_MS, format_time
from bimmerhub.views.fields import ListTokens, NewestPage, Number, Time
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.record_ids import find_record_key, format_record_id, parse_record_id
from bimmerhub.views.viewer import Viewer

FOLD: Final = "trips"
LONGEST_TRIP_MS: Final = 7 * DAY_MS
"""How far back a trip is looked for that covers an instant."""
DEFAULT_DAYS: Final = 30
DEFAULT_TRIPS: Final = 100
"""A page: a month and more of a car that is driven every day."""
HOUR_S: Final = 3600

Percent = Annotated[Number | None, msgspec.Meta(description="percent of the high-voltage battery; null when not told")]


class TripAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One trip, from departure to arrival. null: not told.

    `how` says of each number whether it was measured, derived from what was measured, or estimated; impossible is one
    that is null since what was told cannot be. `band` says how far a number may be off, plus or minus.
    """

    id: Annotated[str, msgspec.Meta(description="names it; an id that is gone leads to the trip that covers its start")]
    start_at: Time
    end_at: Annotated[Time, msgspec.Meta(description="the last sign of driving so far while it is under way")]
    start_uncertainty_s: Number
    end_uncertainty_s: Number
    under_way: bool
    final: Annotated[bool, msgspec.Meta(description="false while it is under way or BMW may still sum it up")]
    distance_km: Number | None
    missing_before_km: Annotated[Number, msgspec.Meta(description="kilometres before it that no trip explains")]
    duration_s: int
    standing_s: Annotated[int, msgspec.Meta(description="how much of that it stood")]
    average_speed_kmh: Number | None
    energy_kwh: Annotated[
        Number | None, msgspec.Meta(description="null when not told, or impossible by the levels that were")
    ]
    consumption_kwh_per_100km: Annotated[
        Number | None, msgspec.Meta(description="of electric trips of 5 km and more; null where it says nothing")
    ]
    start_soc_percent: Percent
    end_soc_percent: Percent
    start_fuel_l: Number | None
    end_fuel_l: Number | None
    start_odometer_km: Number | None
    end_odometer_km: Number | None
    start_place: Annotated[str | None, msgspec.Meta(description="name of the place; null when it has none")]
    end_place: Annotated[str | None, msgspec.Meta(description="name of the place; null when it has none")]
    start_latitude_deg: Number | None
    start_longitude_deg: Number | None
    end_latitude_deg: Number | None
    end_longitude_deg: Number | None
    altitude_up_m: Annotated[Number | None, msgspec.Meta(description="null where only the arrival was told")]
    altitude_down_m: Number | None
    electric_percent: Annotated[Number | None, msgspec.Meta(description="how much of the way was electric, by BMW")]
    eco_percent: Number | None
    eco_plus_percent: Number | None
    comfort_energy_kwh: Number | None
    recuperation_kwh_per_100km: Number | None
    acceleration_stars: Number | None
    anticipation_stars: Number | None
    started_by: Annotated[str, msgspec.Meta(description="the descriptor that told its start")]
    ended_by: Annotated[str, msgspec.Meta(description="the descriptor that told its end")]
    how: dict[str, How]
    band: dict[str, Number]


class TripTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What the trips of a stretch of time come to."""

    trips: int
    distance_km: Number
    missing_km: Annotated[Number, msgspec.Meta(description="kilometres in that time that no trip explains")]
    duration_s: int
    energy_kwh: Number
    energy_over_km: Annotated[Number, msgspec.Meta(description="length of the trips of which the energy is known")]
    coverage: Annotated[str, msgspec.Meta(examples=["over 452 of 509 km"])]


class TripPage(NewestPage[TripAnswer], frozen=True, kw_only=True):
    """A page of trips. `totals` are of the whole stretch of time, on every page."""

    totals: TripTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class TripReads:
    """What trips are shown from: the records, with the names of places laid over them; the readings behind them."""

    records: StoredRecords
    readings: ReadingQuery
    vehicles: VehicleStates
    places: StoredPlaces


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTrip:
    """A trip with the stretch of time of its record."""

    start_at_ms: int
    end_at_ms: int
    trip: Trip


async def view_trips(
    viewer: Viewer,
    reads: TripReads,
    vin: Vin,
    *,
    from_ms: int,
    to_ms: int,
    limit: int = DEFAULT_TRIPS,
    after: str | None = None,
) -> TripPage:
    """Return one page of the trips that start in `from_ms <= t < to_ms`, newest first, and the totals of all.

    `after` is the `next` of the page before; ConfigError for any other.
    """
    viewer.require_vehicle(vin)
    tokens = ListTokens("trips", vin)
    before_ms = to_ms if after is None else tokens.parse_number(after)
    stored = await reads.records.records(FOLD, vin, from_ms=from_ms, to_ms=to_ms)
    older = [record for record in reversed(stored) if record.start_at_ms < before_ms]
    page, is_complete = [_decode(record) for record in older[:limit]], len(older) <= limit
    key, places = find_record_key(reads.vehicles, vin), await reads.places.places()
    return TripPage(
        items=[describe_trip(trip, key, places) for trip in page],
        next=None if is_complete else tokens.token(page[-1].start_at_ms),
        is_complete=is_complete,
        totals=_sum_up(stored),
    )


async def view_trip(viewer: Viewer, reads: TripReads, vin: Vin, trip_id: str) -> TripAnswer:
    """Return one trip; NotFound as `load_trip`."""
    trip = await load_trip(viewer, reads, vin, trip_id)
    return describe_trip(trip, find_record_key(reads.vehicles, vin), await reads.places.places())


async def load_trip(viewer: Viewer, reads: TripReads, vin: Vin, trip_id: str) -> StoredTrip:
    """Return the trip of that id, or else the one that covers its start now; NotFound when there is none."""
    viewer.require_vehicle(vin)
    wanted = parse_record_id(trip_id)
    if wanted.vehicle_key == find_record_key(reads.vehicles, vin):
        first_ms = wanted.start_at_ms - LONGEST_TRIP_MS
        trips = await load_trips(reads.records, vin, from_ms=first_ms, to_ms=wanted.start_at_ms + SECOND_MS)
        if trips and trips[-1].end_at_ms >= wanted.start_at_ms:
            return trips[-1]
    raise NotFound("there is no trip of that id, and none that covers its time")


async def load_trips(records: StoredRecords, vin: Vin, *, from_ms: int, to_ms: int) -> list[StoredTrip]:
    """Return the trips that start in a stretch, oldest first."""
    return [_decode(record) for record in await records.records(FOLD, vin, from_ms=from_ms, to_ms=to_ms)]


def describe_trip(stored: StoredTrip, key: str, places: Sequence[OwnPlace]) -> TripAnswer:
    """Return a trip in its public shape."""
    trip, segment = stored.trip, stored.trip.segment
    duration_s = (stored.end_at_ms - stored.start_at_ms) // SECOND_MS
    speed_kmh = None if not trip.distance_km or not duration_s else round(trip.distance_km / duration_s * HOUR_S, 1)
    how = dict(trip.how)
    if speed_kmh is not None:
        how["average_speed_kmh"] = "estimated" if trip.how["start_at"] == "estimated" else "derived"
    return TripAnswer(
        id=format_record_id(key, stored.start_at_ms),
        start_at=format_time(stored.start_at_ms),
        end_at=format_time(stored.end_at_ms),
        start_uncertainty_s=trip.start_uncertainty_s,
        end_uncertainty_s=trip.end_uncertainty_s,
        under_way=not trip.is_over,
        final=trip.is_final,
        distance_km=trip.distance_km,
        missing_before_km=trip.missing_before_km,
        duration_s=duration_s,
        standing_s=trip.standing_s,
        average_speed_kmh=speed_kmh,
        energy_kwh=trip.energy_kwh,
        consumption_kwh_per_100km=trip.consumption_kwh_per_100km,
        start_soc_percent=trip.start_soc_percent,
        end_soc_percent=trip.end_soc_percent,
        start_fuel_l=trip.start_fuel_l,
        end_fuel_l=trip.end_fuel_l,
        start_odometer_km=trip.start_odometer_km,
        end_odometer_km=trip.end_odometer_km,
        start_place=_name_of(places, trip.start_latitude_deg, trip.start_longitude_deg),
        end_place=_name_of(places, trip.end_latitude_deg, trip.end_longitude_deg),
        start_latitude_deg=trip.start_latitude_deg,
        start_longitude_deg=trip.start_longitude_deg,
        end_latitude_deg=trip.end_latitude_deg,
        end_longitude_deg=trip.end_longitude_deg,
        altitude_up_m=trip.altitude_up_m,
        altitude_down_m=trip.altitude_down_m,
        electric_percent=segment.electric_percent,
        eco_percent=segment.eco_percent,
        eco_plus_percent=segment.eco_plus_percent,
        comfort_energy_kwh=segment.comfort_energy_kwh,
        recuperation_kwh_per_100km=segment.recuperation_kwh_per_100km,
        acceleration_stars=segment.acceleration_stars,
        anticipation_stars=segment.anticipation_stars,
        started_by=trip.started_by,
        ended_by=trip.ended_by,
        how=how,
        band=dict(trip.band),
    )


def _name_of(places: Sequence[OwnPlace], latitude_deg: float | None, longitude_deg: float | None) -> str | None:
    if latitude_deg is None or longitude_deg is None:
        return None
    place = find_place(places, latitude_deg, longitude_deg)
    return None if place is None else place.name


class _Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What totals need of a trip: ten years of trips are read for them, and whole ones take twenty times as long."""

    distance_km: float | None
    missing_before_km: float
    energy_kwh: float | None


def _decode(record: StoredRecord) -> StoredTrip:
    trip = _decode_trip(record.body)
    return StoredTrip(start_at_ms=record.start_at_ms, end_at_ms=record.end_at_ms, trip=trip)


def _sum_up(records: Sequence[StoredRecord]) -> TripTotals:
    trips = [_decode_figures(record.body) for record in records]
    distance_km = sum(trip.distance_km or 0.0 for trip in trips)
    missing_km = sum(trip.missing_before_km for trip in trips)
    with_energy = [trip for trip in trips if trip.energy_kwh is not None]
    return TripTotals(
        trips=len(trips),
        distance_km=round(distance_km, 1),
        missing_km=round(missing_km, 1),
        duration_s=sum(record.end_at_ms - record.start_at_ms for record in records) // SECOND_MS,
        energy_kwh=round(sum(trip.energy_kwh or 0.0 for trip in with_energy), 2),
        energy_over_km=round(sum(trip.distance_km or 0.0 for trip in with_energy), 1),
        coverage=f"over {distance_km:.0f} of {distance_km + missing_km:.0f} km",
    )


_decode_trip = msgspec.json.Decoder(Trip).decode
_decode_figures = msgspec.json.Decoder(_Figures).decode
