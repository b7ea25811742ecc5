"""A trip as it is stored, and how it follows from what the fold remembers."""

from dataclasses import dataclass
from typing import Final, Literal

from bimmerhub.domain.folds.fold import Record
from bimmerhub.domain.trips.trip_ending import TripEnding, find_ending, further_than_counted_km, over_at_ms
from bimmerhub.domain.trips.trip_limits import (
    ODOMETER_SLACK_KM,
    REST_MS,
    SHORTEST_KM,
    SHORTEST_S,
)
from bimmerhub.domain.trips.trip_state import Segment, TripPlace, TripSoFar, distance_km

How = Literal["measured", "derived", "estimated", "impossible"]
"""How a number came about; it is None where what was told is impossible."""

LONGEST_UNCOUNTED_KM: Final = 3.0
"""What is longer moves the odometer: a car that only was elsewhere was carried."""
SHORTEST_CONSUMPTION_KM: Final = 5.0
"""On less, whole percents of charge say nothing about 100 km."""
MOST_KWH_PER_100KM: Final = 100.0
"""What no car uses over some kilometres: one of 2.7 t takes 55 in a winter's city. A level that jumps says more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One trip; its record says from when to when. None: not told.

    `is_over` is false while it is under way, `is_final` true once nothing is expected to change it: BMW has summed it
    up, the next one has begun, or an hour has passed. `started_by` and `ended_by` are the descriptors that told it.
    `missing_before_km` are kilometres before it that no trip explains. `how` and `band` are by the names of members.
    """

    is_over: bool
    is_final: bool
    start_uncertainty_s: float
    end_uncertainty_s: float
    started_by: str
    ended_by: str
    start_latitude_deg: float | None
    start_longitude_deg: float | None
    end_latitude_deg: float | None
    end_longitude_deg: float | None
    start_odometer_km: float | None
    end_odometer_km: float | None
    distance_km: float | None
    missing_before_km: float
    standing_s: int
    start_soc_percent: float | None
    end_soc_percent: float | None
    start_fuel_l: float | None
    end_fuel_l: float | None
    energy_kwh: float | None
    consumption_kwh_per_100km: float | None
    altitude_up_m: float | None
    altitude_down_m: float | None
    segment: Segment
    how: dict[str, How]
    band: dict[str, float]


def to_record(trip: TripSoFar, now_ms: int | None) -> Record | None:
    """Return a trip as it looks at `now_ms`, None for what is no trip; without `now_ms` it is settled."""
    if not _is_kept(trip):
        return None
    ending = find_ending(trip)
    is_over = now_ms is None or now_ms >= over_at_ms(trip)
    is_rested = now_ms is None or now_ms >= over_at_ms(trip) + REST_MS
    start_ms = min(trip.start_ms, ending.at_ms)
    body = _describe(trip, ending, is_over=is_over, is_final=is_over and (is_rested or trip.segment is not None))
    return Record(start_at_ms=start_ms, end_at_ms=max(start_ms, ending.at_ms), body=body)


def driven_km(trip: TripSoFar) -> tuple[float | None, How]:
    """Return how far a trip went, by odometer or else along its positions."""
    if trip.is_counted and trip.start_odometer_km is not None and trip.odometer_km is not None:
        counted_km = max(0.0, trip.odometer_km - trip.start_odometer_km)
        further_km = further_than_counted_km(trip)
        if further_km:
            return round(counted_km + further_km, 3), "derived"
        if counted_km or not trip.path_km:
            return round(counted_km, 3), "measured"
        return round(min(trip.path_km, ODOMETER_SLACK_KM), 3), "derived"
    return (round(trip.path_km, 3), "derived") if trip.path_km else (None, "derived")


def _is_kept(trip: TripSoFar) -> bool:
    """Tell whether this was a trip, and not a car that was switched on, moved a little, or carried."""
    if trip.is_counted and trip.start_odometer_km is not None and trip.odometer_km is not None:
        counted_km = trip.odometer_km - trip.start_odometer_km
        if counted_km >= 1:
            return True
        if (trip.is_estimated or not trip.is_sure) and trip.path_km > LONGEST_UNCOUNTED_KM:
            return False  # it was carried
    if trip.is_sure and not trip.places and not trip.is_counted:
        return find_ending(trip).at_ms - trip.start_ms >= SHORTEST_S * 1000
    away_km = _away_km(trip.start_place, trip.place)
    if trip.is_sure or (trip.start_odometer_km is None and trip.places > 2):  # noqa: PLR2004 - more than a jump
        return max(trip.path_km, away_km) >= SHORTEST_KM
    return trip.is_estimated and away_km >= SHORTEST_KM


def _away_km(start: TripPlace | None, end: TripPlace | None) -> float:
    return 0.0 if start is None or end is None else distance_km(start, end)


def _describe(trip: TripSoFar, ending: TripEnding, *, is_over: bool, is_final: bool) -> Trip:
    km, how_km = driven_km(trip)
    told_kwh, energy_band_kwh = _energy_kwh(trip)
    energy_kwh = None if told_kwh is None or _is_impossible(trip, told_kwh, energy_band_kwh, km) else told_kwh
    segment = trip.segment or Segment()
    per_100km = None
    is_electric = segment.electric_percent is None or segment.electric_percent >= 100  # noqa: PLR2004 - percent
    if energy_kwh is not None and km is not None and km >= SHORTEST_CONSUMPTION_KM and is_electric and not _burns(trip):
        per_100km = round(energy_kwh / km * 100, 1)
    how: dict[str, How] = {"start_at": "estimated" if trip.is_start_guessed else "measured"}
    how["end_at"] = "measured" if ending.is_told or trip.is_estimated else "estimated"
    band: dict[str, float] = {}
    if km is not None:
        how["distance_km"] = how_km
        band["distance_km"] = ODOMETER_SLACK_KM / 2 if how_km == "measured" else round(km / 10, 1)
    if energy_kwh is not None:
        how["energy_kwh"] = "estimated"
        band["energy_kwh"] = energy_band_kwh
    elif told_kwh is not None:
        how["energy_kwh"] = "impossible"
    if per_100km is not None and km is not None:
        how["consumption_kwh_per_100km"] = "estimated"
        band["consumption_kwh_per_100km"] = round(energy_band_kwh / km * 100, 1)
    return Trip(
        is_over=is_over,
        is_final=is_final,
        start_uncertainty_s=round(trip.start_error_s, 1),
        end_uncertainty_s=ending.error_s,
        started_by=trip.started_by,
        ended_by=ending.ended_by,
        start_latitude_deg=None if trip.start_place is None else trip.start_place.latitude_deg,
        start_longitude_deg=None if trip.start_place is None else trip.start_place.longitude_deg,
        end_latitude_deg=None if trip.place is None else trip.place.latitude_deg,
        end_longitude_deg=None if trip.place is None else trip.place.longitude_deg,
        start_odometer_km=trip.start_odometer_km,
        end_odometer_km=trip.odometer_km,
        distance_km=km,
        missing_before_km=_missing_km(trip),
        standing_s=trip.standing_ms // 1000,
        start_soc_percent=trip.start_soc_percent,
        end_soc_percent=trip.soc_percent,
        start_fuel_l=trip.start_fuel_l,
        end_fuel_l=trip.fuel_l,
        energy_kwh=energy_kwh,
        consumption_kwh_per_100km=per_100km,
        altitude_up_m=None if trip.is_estimated else round(trip.up_m, 1),
        altitude_down_m=None if trip.is_estimated else round(trip.down_m, 1),
        segment=segment,
        how=how,
        band=band,
    )


def _missing_km(trip: TripSoFar) -> float:
    if trip.start_odometer_km is None or trip.accounted_km is None:
        return 0.0
    return round(max(0.0, trip.start_odometer_km - trip.accounted_km), 3)


def _burns(trip: TripSoFar) -> bool:
    """Tell whether the car has a tank: what it used electrically says nothing about its whole way."""
    has_tank = bool(trip.start_fuel_l or trip.fuel_l)
    return has_tank and (trip.segment is None or trip.segment.electric_percent is None)


def _energy_kwh(trip: TripSoFar) -> tuple[float | None, float]:
    """Return the energy by the fall of the charge level, and how far it may be off: a percent of a full battery."""
    if trip.usable_kwh is None or trip.start_soc_percent is None or trip.soc_percent is None or trip.soc_ms is None:
        return None, 0.0
    used_kwh = max(0.0, trip.start_soc_percent - trip.soc_percent) / 100 * trip.usable_kwh
    return round(used_kwh, 2), round(trip.usable_kwh / 100, 2)


def _is_impossible(trip: TripSoFar, energy_kwh: float, band_kwh: float, km: float | None) -> bool:
    """Tell whether a trip cannot have used so much: more than the battery holds, or than any car needs for its way."""
    if trip.usable_kwh is not None and energy_kwh > trip.usable_kwh:
        return True
    return km is not None and energy_kwh > band_kwh + max(km, SHORTEST_CONSUMPTION_KM) / 100 * MOST_KWH_PER_100KM
