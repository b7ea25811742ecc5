"""The vehicles: what is known of each besides its readings, and its picture."""

from typing import Annotated

import msgspec

from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.domain.vin_brand import derive_brand
from bimmerhub.errors import NotFound
from bimmerhub.ids import Vin, parse_vin
from bimmerhub.views.fields import Page
from bimmerhub.views.ports import Pictures, VehicleStates
from bimmerhub.views.viewer import VEHICLES_HINT, Viewer, no_such_vehicle


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


def describe_vehicle(vehicle: Vehicle, *, has_image: bool) -> VehicleAnswer:
    """Return a vehicle in its public shape."""
    brand = vehicle.brand or derive_brand(vehicle.vin)
    return VehicleAnswer(
        vin=vehicle.vin,
        key=vehicle.key,
        name=vehicle.name,
        brand=brand,
        brand_from_vin=brand is not None and vehicle.brand is None,
        model=vehicle.model,
        drivetrain=vehicle.drivetrain,
        mapping=vehicle.mapping,
        account=vehicle.account,
        has_image=has_image,
    )
