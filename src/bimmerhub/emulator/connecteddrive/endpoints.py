"""The portal's API below `/api`: what it tells of cars, and the list of countries.

`remote_endpoints.py` has the commands.
"""

import json
from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.answers.image import draw_car
from bimmerhub.emulator.connecteddrive import account_answers
from bimmerhub.emulator.connecteddrive.countries import select_countries
from bimmerhub.emulator.connecteddrive.dynamic import LIMITED_ATTRIBUTES, describe_attributes, describe_state
from bimmerhub.emulator.connecteddrive.efficiency import describe_efficiency
from bimmerhub.emulator.connecteddrive.navigation import describe_navigation
from bimmerhub.emulator.connecteddrive.specs import list_specs
from bimmerhub.emulator.connecteddrive.vehicles import describe_vehicle
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.as_bmw import BMW_HOSTS, WEBAPI_HOSTS
from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle, AccountVehicles
from bimmerhub.emulator.remote.charging_profile_form import TWO_TIMES_KEYS, write_profile
from bimmerhub.emulator.remote.refusals import bad_request, not_found
from bimmerhub.emulator.remote.routing import RemoteRouting
from bimmerhub.ids import Gcid
from bimmerhub.json_faults import NOT_JSON

API_PATH = "/api"
COUNTRIES_PATH = "/cms/default/default/country-selection.json"
_FARTHEST_MINUTES = 24 * 60
"""More than any clock on earth is from UTC."""


class _FeedWish(msgspec.Struct, kw_only=True):
    """News for the cars of an account; nothing comes of it here."""

    url: str
    title: str


class PortalApiEndpoints:
    """Vehicles, their state, navigation, efficiency, data sheet, services, dealer, pictures, charging profile."""

    def __init__(self, *, faults: Faults, routing: RemoteRouting, cars: AccountVehicles) -> None:
        self._faults = faults
        self._routing = routing
        self._cars = cars

    def routes(self) -> list[Route]:
        """Return the routes."""
        vehicle = f"{API_PATH}/vehicle"
        return [
            Route(COUNTRIES_PATH, self._countries, methods=["GET"]),
            self._routing.account_route(f"{API_PATH}/me/vehicles/v2", "GET", self._vehicles),
            self._routing.car_route(f"{vehicle}/dynamic/v1/{{vin}}", "GET", self._dynamic),
            self._routing.car_route(f"{vehicle}/v2/{{vin}}", "GET", self._limited),
            self._routing.car_route(f"{vehicle}/navigation/v1/{{vin}}", "GET", self._navigation),
            self._routing.car_route(f"{vehicle}/efficiency/v1/{{vin}}", "GET", self._efficiency),
            self._routing.car_route(f"{vehicle}/specs/v1/{{vin}}", "GET", self._specs),
            self._routing.car_route(f"{vehicle}/service/v1/{{vin}}", "GET", self._services),
            self._routing.car_route(f"{vehicle}/servicepartner/v1/{{vin}}", "GET", self._partner),
            self._routing.car_route(f"{vehicle}/image/v1/{{vin}}", "GET", self._pictures),
            Route(f"{vehicle}/image/v1/{{vin}}/{{angle}}.png", _picture, methods=["GET"]),
            self._routing.car_route(f"{vehicle}/remoteservices/chargingprofile/v1/{{vin}}", "GET", self._profile),
            self._routing.account_route(f"{API_PATH}/me/mapping/v4/status", "GET", self._mappings),
            self._routing.account_route(f"{API_PATH}/me/service/feed/v1", "POST", self._add_feed),
            self._routing.car_route(f"{API_PATH}/me/service/mapupdate/download/v1/{{vin}}", "GET", self._nothing),
            self._routing.car_route(f"{API_PATH}/store/v2/{{vin}}/offersAndPortfolios", "GET", self._offers),
        ]

    async def _countries(self, request: Request) -> Response:
        is_bmws = (request.url.hostname or "") in BMW_HOSTS
        return JSONResponse(select_countries(None if is_bmws else str(request.base_url).rstrip("/")))

    async def _vehicles(self, _request: Request, gcid: Gcid) -> Response:
        return JSONResponse([describe_vehicle(vehicle) for vehicle in await self._cars.list_cars(gcid)])

    async def _dynamic(self, request: Request, vehicle: AccountVehicle) -> Response:
        if self._faults.take("dynamic-empty"):
            return Response(media_type="application/json")
        offset_minutes = _parse_number(request, "offset", 0)
        if abs(offset_minutes) > _FARTHEST_MINUTES:
            raise bad_request("offset is no difference of clocks")
        state = describe_state(vehicle, offset_minutes=offset_minutes)
        text = json.dumps(state, ensure_ascii=False)
        if self._faults.take("dynamic-control-characters"):
            text = text.replace('"Nächst', '"\nNächst')
        return Response(text, media_type="application/json")

    async def _limited(self, _request: Request, vehicle: AccountVehicle) -> Response:
        """Answer the few things that every car tells (which ones is inferred)."""
        attributes = describe_attributes(vehicle, offset_minutes=0)
        return JSONResponse({"attributesMap": {name: attributes.get(name) for name in LIMITED_ATTRIBUTES}})

    async def _navigation(self, request: Request, vehicle: AccountVehicle) -> Response:
        most_key = "socmax" if request.url.hostname in WEBAPI_HOSTS else "socMax"
        return _answer_or_not_found(
            describe_navigation(vehicle, most_key=most_key, is_minimal=self._faults.take("navigation-minimal"))
        )

    async def _efficiency(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return _answer_or_not_found(describe_efficiency(vehicle))

    async def _specs(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse(list_specs(vehicle.truth.equipment))

    async def _services(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse(account_answers.list_services(vehicle.truth.equipment))

    async def _partner(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse(account_answers.describe_partner(vehicle.truth.equipment))

    async def _pictures(self, request: Request, vehicle: AccountVehicle) -> Response:
        start_deg, step_deg = _parse_number(request, "startAngle", 0), _parse_number(request, "stepAngle", 10)
        if step_deg <= 0:
            raise bad_request("stepAngle is no angle")
        url = str(request.url.replace(query=""))
        answer = account_answers.list_pictures(vehicle.car.vin, url, start_deg=start_deg, step_deg=step_deg)
        return JSONResponse(answer)

    async def _profile(self, _request: Request, vehicle: AccountVehicle) -> Response:
        if vehicle.truth.profile is None:
            raise not_found()
        return JSONResponse(write_profile(vehicle.truth.profile, two_times_key=TWO_TIMES_KEYS[1]))

    async def _mappings(self, _request: Request, gcid: Gcid) -> Response:
        return JSONResponse(account_answers.list_mappings(await self._cars.list_cars(gcid)))

    async def _add_feed(self, request: Request, _gcid: Gcid) -> Response:
        try:
            read_json(await request.body(), _FeedWish)
        except NOT_JSON as error:
            raise bad_request(str(error)) from error
        return JSONResponse({"status": "OK"})

    async def _offers(self, _request: Request, _known: AccountVehicle) -> Response:
        return JSONResponse({"offers": [], "portfolios": []})

    async def _nothing(self, _request: Request, _known: AccountVehicle) -> Response:
        raise not_found()


async def _picture(request: Request) -> Response:
    """Show the picture of a car; each angle shows its side."""
    return Response(draw_car(request.path_params["vin"]), media_type="image/png")


def _answer_or_not_found(answer: Mapping[str, object] | None) -> Response:
    if answer is None:
        raise not_found()
    return JSONResponse(answer)


def _parse_number(request: Request, name: str, usual: int) -> int:
    try:
        return int(request.query_params.get(name, usual))
    except ValueError:
        raise bad_request(f"{name} is no number") from None
