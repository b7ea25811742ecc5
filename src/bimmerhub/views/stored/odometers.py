"""Odometers of which everything has been set apart since a certain day, and what a person can do about it."""

from typing import Annotated

import msgspec

from bimmerhub.domain.plausibility.odometer import left_behind, looks_like_miles
from bimmerhub.ids import mask_vin
from bimmerhub.store.ports.quarantine import ApartOdometer, Quarantine
from bimmerhub.times import format_time
from bimmerhub.views.fields import Number, Time
from bimmerhub.views.viewer import Viewer


class ApartOdometerAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An odometer whose readings are set apart `since` then; `before` is the newest that is believed, in the same unit.

    Releasing `id`, the first of them, makes it the measure from then on: right for a new instrument cluster.
    """

    vin: str
    descriptor: str
    since: Time
    id: int
    value: Number
    before: Number
    unit: str | None
    looks_like_miles: Annotated[bool, msgspec.Meta(description="as if the car counted miles and called them km")]


async def view_apart_odometers(viewer: Viewer, quarantine: Quarantine) -> list[ApartOdometerAnswer]:
    """Return the odometers that have gone over to something else, of all vehicles."""
    viewer.require_owner()
    answers = [_describe(odometer) for odometer in await quarantine.apart_odometers()]
    return [answer for answer in answers if answer is not None]


def say_apart(odometer: ApartOdometerAnswer) -> tuple[str, str]:
    """Return in one line what is wrong, and in another what to do."""
    unit = f" {odometer.unit}" if odometer.unit else ""
    miles = ", as if in miles" if odometer.looks_like_miles else ""
    wrong = (
        f"the odometer of {mask_vin(odometer.vin)} has been set apart since {odometer.since[:10]}: "
        f"it says {odometer.value:,}{unit} after {odometer.before:,}{unit}{miles}"
    )
    if odometer.looks_like_miles:
        return wrong, (
            "Kilometres count again when they come. If what it says now are kilometres, and what it said before was "
            f"wrong: bimmerhub quarantine release {odometer.id}"
        )
    return wrong, f"If the instrument cluster was changed: bimmerhub quarantine release {odometer.id}"


def _describe(odometer: ApartOdometer) -> ApartOdometerAnswer | None:
    chain = left_behind(odometer.newest, odometer.ids)
    if not chain:
        return None
    first = chain[0]
    return ApartOdometerAnswer(
        vin=odometer.vin,
        descriptor=odometer.descriptor,
        since=format_time(first[0]),
        id=odometer.ids[first],
        value=first[1],
        before=odometer.newest[1],
        unit=odometer.unit,
        looks_like_miles=looks_like_miles(odometer.newest, first),
    )
