"""BMW's own trips: the last ones, and the figures of all of them beside those of other owners."""

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.documents import ALL_TRIPS, BMW_TRIPS, EFFICIENCY, LAST_TRIP, TRIP_STATISTICS, Document
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin
from bimmerhub.times import EARLIEST_MS, LATEST_MS, MINUTE_MS, format_optional_time, format_time, parse_time
from bimmerhub.views.documents.members import Members, members_of
from bimmerhub.views.documents.offered import OLDER_FAMILIES, MissingNotice, OlderDocuments
from bimmerhub.views.fields import SOURCE_NAMES, BmwJson, ListTokens, NewestPage, Number, Time
from bimmerhub.views.viewer import Viewer

DEFAULT_TRIPS: Final = 100
MOST_TRIPS: Final = 10_000
"""What one page shows at most."""
WH_PER_KWH: Final = 1_000

_COMPARED: Final = {
    "electric_consumption": ("avgElectricConsumption", "kWh/100 km"),
    "recuperation": ("avgRecuperation", "kWh/100 km"),
    "fuel_consumption": ("avgCombinedConsumption", "l/100 km"),
    "charge_cycle_range": ("chargecycleRange", "km"),
    "electric_distance": ("totalElectricDistance", "km"),
}
"""Of each figure BMW's name and its unit (documentation of i Remote, 2015)."""

Score = Annotated[Number | None, msgspec.Meta(description="BMW's mark, from 0 to 1")]


class BmwTripAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A trip as BMW tells it. Null where BMW says nothing."""

    ended_at: Time
    duration_min: Number | None
    distance_km: Number | None
    electric_distance_km: Number | None
    electric_percent: Number | None
    electric_consumption_kwh_per_100km: Number | None
    recuperation_kwh_per_100km: Number | None
    fuel_consumption_l_per_100km: Number | None
    saved_fuel_l: Number | None
    efficiency_score: Score
    acceleration_score: Score
    anticipation_score: Score
    total_consumption_score: Score
    auxiliary_consumption_score: Score
    driving_mode_score: Score
    fetched_at: Time
    source: str
    started_at: Annotated[Time | None, msgspec.Meta(description="of the MyBMW app only, as the four below")] = None
    start_address: str | None = None
    end_address: str | None = None
    start_soc_percent: Number | None = None
    end_soc_percent: Number | None = None


class ComparedFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of all trips, beside those of other owners (`community`)."""

    figure: str
    unit: str
    own: Annotated[Number | None, msgspec.Meta(description="average, or total; null where statistics are off")]
    own_high: Number | None
    own_since_charging: Annotated[Number | None, msgspec.Meta(description="of the running charge cycle")]
    community_low: Number | None
    community_average: Number | None
    community_high: Number | None


class AllBmwTrips(msgspec.Struct, frozen=True, kw_only=True):
    """BMW's figures of all trips since `reset_at`, which is 1970 where nobody ever reset them."""

    figures: list[ComparedFigure]
    battery_capacity_kwh: Annotated[Number | None, msgspec.Meta(description="as the car measured it; less with age")]
    saved_co2_kg: Number | None
    saved_co2_by_green_energy_kg: Number | None
    saved_fuel_l: Number | None
    reset_at: Annotated[str | None, msgspec.Meta(description="as BMW wrote it, ISO 8601")]
    fetched_at: Time
    source: str


class PortalFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the portal's page on efficiency. Words and numbers are as BMW writes them, `--` for none."""

    name: str | None
    unit: str | None
    last_trip: str | None
    life_time: str | None


class TripMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of a month in BMW's JSON, whose form nobody has described."""

    month: str
    answer: BmwJson
    fetched_at: Time


class BmwTripsAnswer(NewestPage[BmwTripAnswer], frozen=True, kw_only=True):
    """BMW's trips, newest first: those that were the last one when the hub asked."""

    all_trips: AllBmwTrips | None
    portal_figures: Annotated[list[PortalFigure], msgspec.Meta(description="of the ConnectedDrive portal")]
    notice: MissingNotice
    months: Annotated[list[TripMonth], msgspec.Meta(description="of the MyBMW app, newest first")]


async def view_bmw_trips(
    viewer: Viewer,
    older: OlderDocuments,
    vin: Vin,
    *,
    from_ms: int = EARLIEST_MS,
    to_ms: int = LATEST_MS,
    limit: int = DEFAULT_TRIPS,
    after: str | None = None,
) -> BmwTripsAnswer:
    """Return one page of BMW's trips that ended in a stretch of time, newest first, and its figures of all of them."""
    viewer.require_vehicle(vin)
    tokens = ListTokens("BMW's trips", vin)
    before_ms = None if after is None else tokens.parse_number(after)
    last_trips = [(trip, _time_of(trip.natural_key)) for trip in await older.documents.documents(vin, LAST_TRIP)]
    app_trips = [(trip, _app_trip_end_ms(trip)) for trip in await older.documents.documents(vin, BMW_TRIPS)]
    stored = _by_end([*last_trips, *app_trips])
    until_ms = to_ms if before_ms is None else min(to_ms, before_ms)
    wanted = [(end_ms, trip) for end_ms, trip in stored if from_ms <= end_ms < until_ms]
    page, is_complete = wanted[:limit], len(wanted) <= limit
    all_trips = await older.documents.document(vin, ALL_TRIPS)
    efficiency = await older.documents.document(vin, EFFICIENCY)
    months = await older.documents.documents(vin, TRIP_STATISTICS)
    is_told = bool(stored) or all_trips is not None or efficiency is not None
    return BmwTripsAnswer(
        items=[_describe_trip(end_ms, trip) for end_ms, trip in page],
        next=None if is_complete else tokens.token(page[-1][0]),
        is_complete=is_complete,
        all_trips=None if all_trips is None else _describe_all(all_trips),
        portal_figures=[] if efficiency is None else _portal_figures(members_of(efficiency.body)),
        notice=None if is_told else await older.why_missing("trips", OLDER_FAMILIES, vin),
        months=[
            TripMonth(
                month=month.natural_key,
                answer=dict(members_of(month.body).of),
                fetched_at=format_time(month.fetched_at_ms),
            )
            for month in sorted(months, key=lambda document: document.natural_key, reverse=True)
        ],
    )


def _by_end(stored: Iterable[tuple[Document, int | None]]) -> list[tuple[int, Document]]:
    """Return the trips with their ends, newest first; one whose end cannot be read counts as of when it was fetched."""
    by_end = {trip.fetched_at_ms if end_ms is None else end_ms: trip for trip, end_ms in stored}
    return sorted(by_end.items(), key=lambda pair: -pair[0])


def _time_of(text: str | None) -> int | None:
    """Return a time of BMW's in milliseconds UTC, None for what is none."""
    try:
        return None if text is None else parse_time(text, name="time")
    except ConfigError:
        return None


def _describe_trip(end_ms: int, document: Document) -> BmwTripAnswer:
    if document.kind == BMW_TRIPS:
        return _describe_app_trip(end_ms, document)
    trip = members_of(document.body)
    return BmwTripAnswer(
        ended_at=format_time(end_ms),
        duration_min=trip.figure("duration"),
        distance_km=trip.figure("totalDistance"),
        electric_distance_km=trip.figure("electricDistance"),
        electric_percent=trip.figure("electricDistanceRatio"),
        electric_consumption_kwh_per_100km=trip.figure("avgElectricConsumption"),
        recuperation_kwh_per_100km=trip.figure("avgRecuperation"),
        fuel_consumption_l_per_100km=trip.figure("avgCombinedConsumption"),
        saved_fuel_l=trip.figure("savedFuel"),
        efficiency_score=trip.figure("efficiencyValue"),
        acceleration_score=trip.figure("accelerationValue"),
        anticipation_score=trip.figure("anticipationValue"),
        total_consumption_score=trip.figure("totalConsumptionValue"),
        auxiliary_consumption_score=trip.figure("auxiliaryConsumptionValue"),
        driving_mode_score=trip.figure("drivingModeValue"),
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _app_trip_end_ms(document: Document) -> int | None:
    return _time_of(members_of(document.body).text("trip", "end", "time"))


def _describe_app_trip(end_ms: int, document: Document) -> BmwTripAnswer:
    """Return a trip as the MyBMW app gets it; its members are known from clients (2024)."""
    trip = members_of(document.body).at("trip")
    start_ms = _time_of(trip.text("start", "time"))
    is_in_miles = (trip.text("distance", "distanceUnit") or "").lower().startswith("mi")
    distance = trip.figure("distance", "distance")
    return BmwTripAnswer(
        ended_at=format_time(end_ms),
        duration_min=None if start_ms is None else round((end_ms - start_ms) / MINUTE_MS),
        distance_km=distance * KM_PER_MILE if is_in_miles and distance is not None else distance,
        electric_distance_km=None,
        electric_percent=None,
        electric_consumption_kwh_per_100km=trip.figure("electricConsumption", "averageConsumption"),
        recuperation_kwh_per_100km=None,
        fuel_consumption_l_per_100km=trip.figure("fuelConsumption", "averageConsumption"),
        saved_fuel_l=None,
        efficiency_score=None,
        acceleration_score=None,
        anticipation_score=None,
        total_consumption_score=None,
        auxiliary_consumption_score=None,
        driving_mode_score=None,
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
        started_at=format_optional_time(start_ms),
        start_address=trip.text("start", "location", "addressName"),
        end_address=trip.text("end", "location", "addressName"),
        start_soc_percent=trip.figure("start", "energyState", "electric"),
        end_soc_percent=trip.figure("end", "energyState", "electric"),
    )


def _describe_all(document: Document) -> AllBmwTrips:
    body = members_of(document.body)
    capacity_wh = body.figure("batterySizeMax")
    return AllBmwTrips(
        figures=[
            _compare(figure, unit, body.at(name)) for figure, (name, unit) in _COMPARED.items() if body.at(name).of
        ],
        battery_capacity_kwh=None if capacity_wh is None else capacity_wh / WH_PER_KWH,
        saved_co2_kg=body.figure("savedCO2"),
        saved_co2_by_green_energy_kg=body.figure("savedCO2greenEnergy"),
        saved_fuel_l=body.figure("totalSavedFuel"),
        reset_at=body.text("resetDate"),
        fetched_at=format_time(document.fetched_at_ms),
        source=SOURCE_NAMES[document.source],
    )


def _compare(figure: str, unit: str, group: Members) -> ComparedFigure:
    average = group.figure("userAverage")
    return ComparedFigure(
        figure=figure,
        unit=unit,
        own=group.figure("userTotal") if average is None else average,
        own_high=group.figure("userHigh"),
        own_since_charging=group.figure("userCurrentChargeCycle"),
        community_low=group.figure("communityLow"),
        community_average=group.figure("communityAverage"),
        community_high=group.figure("communityHigh"),
    )


def _portal_figures(body: Members) -> list[PortalFigure]:
    """Return the portal's figures: BMW lists those of the last trip and of the car's life apart, by the same names."""
    return [
        PortalFigure(
            name=entry.text("name"),
            unit=entry.text("unit"),
            last_trip=entry.text("lastTrip"),
            life_time=entry.text("lifeTime"),
        )
        for part in ("lastTripList", "lifeTimeList")
        for entry in body.objects(part)
    ]
