"""The vehicles: what is known of each besides its readings, and its picture."""

from typing import Annotated, Generic, TypeVar

import msgspec

from bimmerhub.domain.vehicle import Vehicle, VehicleAccount
from bimmerhub.domain.vin_brand import derive_brand
from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin, parse_vin
from bimmerhub.times import format_optional_time, format_time
from bimmerhub.views.fields import Page, Time
from bimmerhub.views.ports.cars import Pictures, VehicleKeeping, VehicleStates
from bimmerhub.views.viewer import VEHICLES_HINT, Viewer, no_such_vehicle

Notice = Annotated[
    str | None,
    msgspec.Meta(description="why nothing comes of it any more, in words: sold, no longer mapped, secondary user"),
]


Row = TypeVar("Row")


class CarPage(Page[Row], Generic[Row], frozen=True, kw_only=True):
    """A list of one vehicle's."""

    notice: Notice


class VehicleAccountAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An account that sees a vehicle, or saw it."""

    account: Annotated[str, msgspec.Meta(description="local name of the account")]
    mapping: Annotated[
        str | None, msgspec.Meta(description="BMW's word: PRIMARY or SECONDARY; null: it never named it")
    ]
    mapped_since: Annotated[
        Time | None, msgspec.Meta(description="as BMW says; it gives no values from before, those of an earlier owner")
    ]
    unmapped_at: Annotated[
        Time | None, msgspec.Meta(description="when BMW's mappings first left it out; null while they name it")
    ]
    seen_at: Annotated[Time, msgspec.Meta(description="when BMW last named it for this account, or it streamed")]
    gets_data: Annotated[bool, msgspec.Meta(description="whether BMW gives its data to this account")]


class VehicleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One vehicle. Everything but the VIN and what follows from it is null until BMW or a person has said it."""

    vin: str
    key: Annotated[str | None, msgspec.Meta(description="names it where its VIN is not to be shown; always the same")]
    name: str | None
    brand: Annotated[str | None, msgspec.Meta(description="as BMW says, else what the VIN stands for")]
    brand_from_vin: Annotated[bool, msgspec.Meta(description="whether the brand is only read off the VIN")]
    model: str | None
    drivetrain: Annotated[
        str | None, msgspec.Meta(description="BEV, PHEV, MHEV or CONV: as BMW says, else by what it sends")
    ]
    mapping: Annotated[str | None, msgspec.Meta(description="PRIMARY or SECONDARY user of the car")]
    account: Annotated[str | None, msgspec.Meta(description="local name of the account; null for cars of a capture")]
    accounts: Annotated[
        list[VehicleAccountAnswer],
        msgspec.Meta(description="the one that gets its data first; each car is listed once"),
    ]
    archived_at: Annotated[Time | None, msgspec.Meta(description="when a person put it away; null: it is in use")]
    sold_on: Annotated[
        str | None,
        msgspec.Meta(description="its day of sale (2026-01-31): what it tells later is not stored; null: it is in use"),
    ]
    notice: Notice
    has_image: Annotated[bool, msgspec.Meta(description="whether /image has a picture of it")]


async def view_vehicles(viewer: Viewer, vehicles: VehicleStates, pictures: Pictures) -> Page[VehicleAnswer]:
    """Return every vehicle that the viewer may see, in order of VIN."""
    visible = [vehicle for vehicle in vehicles.vehicles() if viewer.may_see(vehicle.vin)]
    return Page(
        items=[describe_vehicle(vehicle, has_image=pictures.has_image(vehicle.vin)) for vehicle in visible], next=None
    )


async def view_vehicle(viewer: Viewer, vehicles: VehicleStates, pictures: Pictures, vin: Vin) -> VehicleAnswer:
    """Return one vehicle; NotFound when it is not known."""
    for vehicle in (await view_vehicles(viewer, vehicles, pictures)).items:
        if vehicle.vin == vin:
            return vehicle
    raise no_such_vehicle(vin)


async def archive_vehicle(viewer: Viewer, keeping: VehicleKeeping, vin: Vin, *, sold_on: str | None) -> None:
    """Put a vehicle away, sold on that day (None: today); ConfigError for what is no day, or is yet to come."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    await keeping.archive(vin, sold_on=sold_on)


async def restore_vehicle(viewer: Viewer, keeping: VehicleKeeping, vin: Vin) -> None:
    """Take a vehicle that was put away into use again."""
    viewer.require_owner()
    viewer.require_vehicle(vin)
    await keeping.restore(vin)


async def view_picture(viewer: Viewer, pictures: Pictures, vin: Vin) -> bytes:
    """Return BMW's picture of the vehicle as PNG, as the hub has stored it; NotFound when there is none."""
    viewer.require_vehicle(vin)
    png = await pictures.image(vin)
    if png is None:
        raise NotFound(
            "the picture was not fetched yet", hint="The hub does so once, when it has calls of the quota to spare."
        )
    if not png:
        raise NotFound("BMW has no picture of this vehicle")
    return png


def find_vehicle(viewer: Viewer, vehicles: VehicleStates, text: str) -> Vin:
    """Return the VIN that `text` spells, or the VIN of the vehicle whose key it is, in either case.

    NotFound when it is neither, or not of a known vehicle.
    """
    key = text.lower()
    for vehicle in vehicles.vehicles():
        if vehicle.key == key and viewer.may_see(vehicle.vin):
            return vehicle.vin
    try:
        vin = parse_vin(text.upper())
    except ValueError as error:
        raise NotFound(str(error), hint=VEHICLES_HINT) from error
    viewer.require_vehicle(vin)
    if vehicles.state(vin) is None:
        raise no_such_vehicle(vin)
    return vin


def find_brand(vehicle: Vehicle) -> tuple[str | None, bool]:
    """Return the brand, as BMW says or else what the VIN stands for, and whether it is only read off the VIN."""
    brand = vehicle.brand or derive_brand(vehicle.vin)
    return brand, brand is not None and vehicle.brand is None


def describe_vehicle(vehicle: Vehicle, *, has_image: bool) -> VehicleAnswer:
    """Return a vehicle in its public shape."""
    brand, brand_from_vin = find_brand(vehicle)
    return VehicleAnswer(
        vin=vehicle.vin,
        key=vehicle.key,
        name=vehicle.name,
        brand=brand,
        brand_from_vin=brand_from_vin,
        model=vehicle.model,
        drivetrain=vehicle.drivetrain,
        mapping=vehicle.mapping,
        account=vehicle.account,
        accounts=[_describe_account(seen, gets_data=vehicle.gives(seen)) for seen in vehicle.accounts],
        archived_at=format_optional_time(vehicle.archived_at_ms),
        sold_on=vehicle.sold_on,
        notice=vehicle.notice,
        has_image=has_image,
    )


def _describe_account(seen: VehicleAccount, *, gets_data: bool) -> VehicleAccountAnswer:
    return VehicleAccountAnswer(
        account=seen.account,
        mapping=seen.mapping,
        mapped_since=format_optional_time(seen.mapped_since_ms),
        unmapped_at=format_optional_time(seen.unmapped_at_ms),
        seen_at=format_time(seen.seen_at_ms),
        gets_data=gets_data,
    )
