"""Routes: an owner's garage at My Garage. Each request asks BMW, so none of them is a GET."""

from typing import (
    Annotated,
    Literal,
    NotRequired,  # pydantic refuses the one of `typing` before Python 3.12
)

from fastapi import APIRouter, Body
from pydantic import Field, with_config
from starlette.responses import Response
from typing_extensions import TypedDict

from bimmerhub.errors import ConfigError
from bimmerhub.ids import Vin, parse_vin
from bimmerhub.views.account import garage as views
from bimmerhub.views.account.garage import GarageOrderAnswer, OffersAnswer
from bimmerhub.views.fields import Page
from bimmerhub.web.answers import answer_of, json_answer
from bimmerhub.web.json_body import STRICT, JsonBodyRoute
from bimmerhub.web.routes.context import AccountName, Caller, Ports

router = APIRouter(prefix="/accounts/{name}/garage", tags=["accounts"], route_class=JsonBodyRoute)

WhoseSite = Annotated[Literal["bmw", "mini"], Field(description="whose site; BMW's without it")]
VinText = Annotated[str, Field(max_length=17)]


@with_config(STRICT)
class OffersRequest(TypedDict):
    """Whose offers, and for which car."""

    brand: NotRequired[WhoseSite]
    vin: NotRequired[VinText]


@with_config(STRICT)
class OrdersRequest(TypedDict):
    """Whose garage, and which order: without a number all of them."""

    brand: NotRequired[WhoseSite]
    number: NotRequired[Annotated[str, Field(max_length=20, pattern="^[A-Za-z0-9]+$", description="production number")]]


@router.post("/orders", **answer_of(Page[GarageOrderAnswer]))
async def list_orders(
    ports: Ports, viewer: Caller, name: AccountName, body: Annotated[OrdersRequest | None, Body()] = None
) -> Response:
    """Ask My Garage for the cars of a garage, and how their orders stand.

    The account is one of the MyBMW app's interface in North America, whose sign-in My Garage takes.
    """
    wish = body or {}
    brand, number = wish.get("brand", "bmw"), wish.get("number")
    return json_answer(await views.view_orders(viewer, ports.garage, name, brand=brand, number=number))


@router.post("/offers", **answer_of(OffersAnswer))
async def show_offers(
    ports: Ports, viewer: Caller, name: AccountName, body: Annotated[OffersRequest | None, Body()] = None
) -> Response:
    """Ask My Garage what can be subscribed to; the account as for orders."""
    wish = body or {}
    brand, vin = wish.get("brand", "bmw"), _vin(wish.get("vin"))
    return json_answer(await views.view_offers(viewer, ports.garage, name, brand=brand, vin=vin))


def _vin(text: str | None) -> Vin | None:
    try:
        return None if text is None else parse_vin(text)
    except ValueError as error:
        raise ConfigError(str(error)) from error
