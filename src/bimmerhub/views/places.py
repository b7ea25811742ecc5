"""The places that a person has named, and the meters there, as others see them."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.own_places import METER_ENERGY, Meter, OwnPlace, meter_subject
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.store.ports.places import StoredPlaces
from bimmerhub.store.ports.readings import ReadingQuery
from bimmerhub.times import format_optional_time
from bimmerhub.views.cars.vehicles import find_vehicle
from bimmerhub.views.fields import Number, Page, Time
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.ports.places import MeterReading, PlaceKeeping
from bimmerhub.views.viewer import Viewer

SMALLEST_RADIUS_M: Final = 10.0
LARGEST_RADIUS_M: Final = 50_000.0
MOST_METER_READINGS: Final = 10_000
"""In one request; a counter that is read each minute tells as much in a week."""


class PlaceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A place: all within `radius_m` of its middle."""

    name: str
    latitude_deg: Number
    longitude_deg: Number
    radius_m: Number
    time_zone: Annotated[str, msgspec.Meta(description="IANA name, such as Europe/Berlin")]


class MeterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An electricity meter at a place."""

    name: str
    place: str
    readings: Annotated[int, msgspec.Meta(description="how many are stored")]
    last_at: Time | None
    last_kwh: Annotated[Number | None, msgspec.Meta(description="what it had counted then")]


class MeterReadingsTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of readings of a meter."""

    new: int
    repeated: int
    refused: Annotated[list[str], msgspec.Meta(description="why some were refused; up to five reasons")]


async def view_places(viewer: Viewer, stored: StoredPlaces) -> Page[PlaceAnswer]:
    """Return every place in order of name."""
    viewer.require_owner()
    return Page(items=[_describe_place(place) for place in await stored.places()], next=None)


async def save_place(
    viewer: Viewer, keeping: PlaceKeeping, vehicles: VehicleStates, name: str, *, at: str, radius_m: float
) -> PlaceAnswer:
    """Add a place around `at`: `LAT,LON` in degrees, or a VIN or key: where that car is now.

    ConfigError for what is neither, NotFound for a car that is not known or has no position.
    """
    viewer.require_owner()
    if not SMALLEST_RADIUS_M <= radius_m <= LARGEST_RADIUS_M:
        raise ConfigError(f"a radius is from {SMALLEST_RADIUS_M:.0f} to {LARGEST_RADIUS_M:.0f} metres")
    latitude_deg, longitude_deg = _parse_degrees(at) if "," in at else _position_of(viewer, vehicles, at)
    return _describe_place(
        await keeping.save_place(name, latitude_deg=latitude_deg, longitude_deg=longitude_deg, radius_m=radius_m)
    )


async def remove_place(viewer: Viewer, keeping: PlaceKeeping, stored: StoredPlaces, name: str) -> Page[PlaceAnswer]:
    """Forget a place and its meters; return those that are left."""
    viewer.require_owner()
    await keeping.remove_place(name)
    return await view_places(viewer, stored)


async def view_meters(viewer: Viewer, stored: StoredPlaces, readings: ReadingQuery) -> Page[MeterAnswer]:
    """Return every meter in order of name, with what it counted last."""
    viewer.require_owner()
    return Page(items=[await _describe_meter(meter, readings) for meter in await stored.meters()], next=None)


async def save_meter(
    viewer: Viewer, keeping: PlaceKeeping, readings: ReadingQuery, name: str, *, place: str
) -> MeterAnswer:
    """Add a meter at a place, or move it there."""
    viewer.require_owner()
    return await _describe_meter(await keeping.save_meter(name, place=place), readings)


async def remove_meter(
    viewer: Viewer,
    keeping: PlaceKeeping,
    stored: StoredPlaces,
    *,
    readings: ReadingQuery,
    name: str,
    with_readings: bool,
) -> Page[MeterAnswer]:
    """Forget a meter, and erase what it counted when that is wished; return those that are left."""
    viewer.require_owner()
    await keeping.remove_meter(name, with_readings=with_readings)
    return await view_meters(viewer, stored, readings)


async def take_meter_readings(
    viewer: Viewer, keeping: PlaceKeeping, name: str, items: Sequence[MeterReading]
) -> MeterReadingsTaken:
    """Store what a meter showed."""
    viewer.require_owner()
    taken = await keeping.take_readings(name, items)
    return MeterReadingsTaken(new=taken.new, repeated=taken.repeated, refused=list(taken.refused))


def _parse_degrees(text: str) -> tuple[float, float]:
    try:
        latitude_deg, longitude_deg = map(float, text.split(","))
    except ValueError:
        latitude_deg = longitude_deg = float("nan")
    if not (-90 <= latitude_deg <= 90 and -180 <= longitude_deg <= 180):  # noqa: PLR2004 - degrees
        raise ConfigError("that is no position", hint="Write it like 48.1770,11.5590: latitude, longitude.")
    return latitude_deg, longitude_deg


def _position_of(viewer: Viewer, vehicles: VehicleStates, text: str) -> tuple[float, float]:
    signals = vehicles.state(find_vehicle(viewer, vehicles, text)) or {}
    degrees = [signal.value for name in ("latitude_deg", "longitude_deg") if (signal := signals.get(name)) is not None]
    numbers = [float(value) for value in degrees if isinstance(value, int | float)]
    if len(numbers) != 2:  # noqa: PLR2004 - latitude and longitude
        raise NotFound("it is not known where that vehicle is", hint="Name the position: LAT,LON.")
    return numbers[0], numbers[1]


def _describe_place(place: OwnPlace) -> PlaceAnswer:
    return PlaceAnswer(
        name=place.name,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        radius_m=place.radius_m,
        time_zone=place.time_zone,
    )


async def _describe_meter(meter: Meter, readings: ReadingQuery) -> MeterAnswer:
    subject = meter_subject(meter.name)
    series = [info for info in await readings.series(subject) if info.descriptor == METER_ENERGY]
    newest = [point for point in await readings.latest(subject) if point.descriptor == METER_ENERGY]
    last = newest[0] if newest else None
    return MeterAnswer(
        name=meter.name,
        place=meter.place,
        readings=sum(info.count for info in series),
        last_at=format_optional_time(None if last is None else last.measured_at_ms),
        last_kwh=last.value if last is not None and isinstance(last.value, int | float) else None,
    )
