"""Places for the car by "DCS": v2 with the user in the path, v1 before."""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.mybmw.access.app_refusals import forbidden, malformed
from bimmerhub.emulator.mybmw.access.app_routing import AppRouting
from bimmerhub.emulator.mybmw.access.china_places import meant_place
from bimmerhub.emulator.mybmw.commands.remote_endpoints import CLIENT
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.desk import SEND_KIND, CarAction, RemoteDesk
from bimmerhub.ids import Gcid

DCS = "/eadrax-dcs"
V2_FROM_YEAR = 2024


class _Address(msgspec.Struct, kw_only=True):
    street: str | None = None
    postal_code: str | None = msgspec.field(default=None, name="postalCode")
    town: str | None = msgspec.field(default=None, name="city")
    country: str | None = None


class _Position(msgspec.Struct, kw_only=True):
    lat: float
    lng: float


class _Place(msgspec.Struct, kw_only=True):
    position: _Position
    title: str | None = None
    formatted: str | None = msgspec.field(default=None, name="formattedAddress")
    address: _Address = msgspec.field(default_factory=_Address)


class _Car(msgspec.Struct, kw_only=True):
    vin: str


class _Sent(msgspec.Struct, kw_only=True):
    """The body of v2."""

    places: tuple[_Place, ...]
    car: _Car = msgspec.field(name="vehicleInformation")


class _Coordinates(msgspec.Struct, kw_only=True):
    latitude: float
    longitude: float


class _Location(msgspec.Struct, kw_only=True):
    coordinates: _Coordinates
    name: str | None = None
    address: _Address = msgspec.field(default_factory=_Address, name="locationAddress")


class _FirstSent(msgspec.Struct, kw_only=True):
    """The body of v1."""

    vin: str
    location: _Location


class MyBmwSendEndpoints:
    """A place for a car; 201 without a body."""

    def __init__(self, *, routing: AppRouting, desk: RemoteDesk) -> None:
        self._routing = routing
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes of both versions."""
        v1, route = f"{DCS}/v1/send-to-car", self._routing
        v2 = f"{DCS}/v2/user/{{gcid}}/send-to-car"
        return [
            route.account(v2, "POST", self._send, since=V2_FROM_YEAR),
            route.account(f"{v1}/send-to-car", "POST", self._send_v1),
            route.car(f"{v1}/{{vin}}/subservice-status", "GET", self._can_receive),
        ]

    async def _send(self, request: Request, gcid: Gcid) -> Response:
        if request.path_params["gcid"] != gcid:
            raise forbidden()
        try:
            sent = read_json(await request.body(), _Sent)
        except ValueError as error:  # also msgspec's
            raise malformed(str(error)) from error
        if not sent.places:
            raise malformed("There is no place.")
        vehicle = await self._routing.find(gcid, sent.car.vin)
        for place in sent.places:
            at = meant_place(request, (place.position.lat, place.position.lng))
            await self._receive(vehicle, _place(place.title or place.formatted, at, place.address))
        return Response(status_code=201)

    async def _send_v1(self, request: Request, gcid: Gcid) -> Response:
        try:
            sent = read_json(await request.body(), _FirstSent)
        except ValueError as error:
            raise malformed(str(error)) from error
        vehicle, location = await self._routing.find(gcid, sent.vin), sent.location
        at = meant_place(request, (location.coordinates.latitude, location.coordinates.longitude))
        await self._receive(vehicle, _place(location.name, at, location.address))
        return Response(status_code=201)

    async def _receive(self, vehicle: AccountVehicle, place: Mapping[str, object]) -> None:
        if not vehicle.truth.equipment.abilities.receive:
            raise forbidden()
        await self._desk.begin(vehicle, SEND_KIND, CarAction(name="receive", arguments=place), client=CLIENT)

    async def _can_receive(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse({"sendToCarEnabled": vehicle.truth.equipment.abilities.receive})


def _place(name: str | None, at: tuple[float, float], address: _Address) -> dict[str, object]:
    latitude_deg, longitude_deg = at
    if not (-90 <= latitude_deg <= 90 and -180 <= longitude_deg <= 180):  # noqa: PLR2004 - degrees
        raise malformed("There is no such place.")
    return {
        "name": name or "",
        "latitude_deg": latitude_deg,
        "longitude_deg": longitude_deg,
        "street": address.street or "",
        "postal_code": address.postal_code or "",
        "town": address.town or "",
        "country": address.country or "",
    }
