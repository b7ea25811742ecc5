"""Routes of the MyBMW app's API: let in, answered or refused, with the request's correlation ids in the answer."""

import uuid
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bimmerhub.emulator.cars.models.equipment import CarBrand
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.mybmw.access.app_agents import AppBrand
from bimmerhub.emulator.mybmw.access.app_language import in_language_of
from bimmerhub.emulator.mybmw.access.app_refusals import malformed, not_found
from bimmerhub.emulator.mybmw.access.china_places import shown_vehicle
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle, AccountVehicles
from bimmerhub.emulator.remote.routing import AccountHandler, CarHandler, RemoteRouting
from bimmerhub.ids import Gcid

Endpoint = Callable[[Request], Awaitable[Response]]
FIRST_YEAR, LAST_YEAR = 2021, 9999
CORRELATION_IDS = ("x-correlation-id", "bmw-correlation-id")
_BRANDS = {
    CarBrand.BMW: AppBrand.BMW,
    CarBrand.BMW_I: AppBrand.BMW,
    CarBrand.MINI: AppBrand.MINI,
    CarBrand.TOYOTA: AppBrand.TOYOTA,
    CarBrand.ROLLS_ROYCE: AppBrand.ROLLS_ROYCE,
}
"""In which brand's app a car is. Motorcycles are in none of them (inferred)."""


def app_brand_of(vehicle: AccountVehicle) -> AppBrand | None:
    """Return in which brand's app a car is, None: in none."""
    return _BRANDS.get(vehicle.truth.equipment.brand)


class AppRouting:
    """Makes the routes out of handlers; each is there from one year to another of the fault "era", both included."""

    def __init__(self, routing: RemoteRouting, *, faults: Faults, cars: AccountVehicles) -> None:
        self._routing = routing
        self._faults = faults
        self._cars = cars

    def account(
        self, path: str, method: str, handler: AccountHandler, *, since: int = FIRST_YEAR, until: int = LAST_YEAR
    ) -> Route:
        """Return a route for somebody who is signed in; its texts are in the request's language."""

        async def in_time(request: Request, gcid: Gcid) -> Response:
            year = self._faults.value("era")
            if year is not None and not since <= year <= until:
                raise not_found()
            return in_language_of(request, await handler(request, gcid))

        return echoing(self._routing.account_route(path, method, in_time))

    def car(
        self, path: str, method: str, handler: CarHandler, *, since: int = FIRST_YEAR, until: int = LAST_YEAR
    ) -> Route:
        """Return a route about one car: `{vin}` in the path, else the parameter `vin`, else the header bmw-vin.

        The handler gets the car where China is told that it is, if the request is for China.

        400 when none of them names a car, 404 when the account does not have it.
        """

        async def about_car(request: Request, gcid: Gcid) -> Response:
            return await handler(request, shown_vehicle(request, await self._find(request, gcid)))

        return self.account(path, method, about_car, since=since, until=until)

    async def _find(self, request: Request, gcid: Gcid) -> AccountVehicle:
        given = (request.path_params.get("vin"), request.query_params.get("vin"), request.headers.get("bmw-vin"))
        vin = next((vin for vin in given if vin), None)
        if vin is None:
            raise malformed("The header bmw-vin is missing.")
        return await self.find(gcid, str(vin))

    async def find(self, gcid: Gcid, vin: str) -> AccountVehicle:
        """Return a car of an account; RemoteRefusal when the app does not have it."""
        vehicle = await self._cars.find(gcid, vin)
        if vehicle is None or app_brand_of(vehicle) is None:
            raise not_found()
        return vehicle


def echoing(route: Route) -> Route:
    """Return a route whose answers carry the request's correlation ids; a fresh one where it has none."""
    endpoint: Endpoint = route.endpoint

    async def echo(request: Request) -> Response:
        response = await endpoint(request)
        fresh_id = str(uuid.uuid4())
        for header in CORRELATION_IDS:
            response.headers[header] = request.headers.get(header, fresh_id)
        return response

    return Route(route.path, echo, methods=list(route.methods or ()))
