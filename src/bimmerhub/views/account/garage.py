"""An owner's garage at My Garage: how orders stand, and offers."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from bimmerhub.ids import Vin
from bimmerhub.views.fields import Page
from bimmerhub.views.ports.garage import GarageBrand, GarageOrder, OwnersGarage
from bimmerhub.views.viewer import Viewer


class GarageOrderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A car of a garage, and how its order stands."""

    production_number: str
    vin: Annotated[str | None, msgspec.Meta(description="null before production")]
    status: Annotated[int | None, msgspec.Meta(description="BMW's code")]
    status_words: Annotated[str | None, msgspec.Meta(description="what it means; null where nobody has described it")]
    message: Annotated[str | None, msgspec.Meta(description="BMW's words for the owner")]
    produced_on: Annotated[str | None, msgspec.Meta(description="BMW's text")]
    model_year: int | None
    model_code: str | None
    exterior: str | None
    interior: str | None


class OffersAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What can be subscribed to."""

    offers: Annotated[object, msgspec.Meta(description="BMW's JSON as it came: its form is not known")]


async def view_orders(
    viewer: Viewer,
    garage: OwnersGarage,
    account: str,
    *,
    brand: GarageBrand = "bmw",
    number: str | None = None,
) -> Page[GarageOrderAnswer]:
    """Return the cars of an account's garage; with a production number that order alone."""
    viewer.require_owner()
    orders: Sequence[GarageOrder]
    if number is None:
        orders = await garage.orders(account, brand)
    else:
        orders = [await garage.order(account, brand, number)]
    return Page(items=[_describe(order) for order in orders], next=None)


async def view_offers(
    viewer: Viewer, garage: OwnersGarage, account: str, *, brand: GarageBrand = "bmw", vin: Vin | None = None
) -> OffersAnswer:
    """Return what can be subscribed to."""
    viewer.require_owner()
    return OffersAnswer(offers=await garage.offers(account, brand, vin=vin))


def _describe(order: GarageOrder) -> GarageOrderAnswer:
    return GarageOrderAnswer(
        production_number=order.production_number,
        vin=order.vin,
        status=order.status,
        status_words=order.words,
        message=order.message,
        produced_on=order.produced_on,
        model_year=order.model_year,
        model_code=order.model_code,
        exterior=order.exterior,
        interior=order.interior,
    )
