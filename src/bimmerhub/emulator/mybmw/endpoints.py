"""The vehicles of an account: the lists, profile and state of "VCS", and pictures of "ICS"."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.mybmw.access.app_agents import read_agent
from bimmerhub.emulator.mybmw.access.app_routing import AppRouting, app_brand_of
from bimmerhub.emulator.mybmw.access.app_units import in_units_of
from bimmerhub.emulator.mybmw.access.china_places import is_in_china, shown_vehicle
from bimmerhub.emulator.mybmw.car.app_pictures import draw_view
from bimmerhub.emulator.mybmw.car.capabilities import describe_capabilities, describe_capabilities_v2
from bimmerhub.emulator.mybmw.car.state import describe_state
from bimmerhub.emulator.mybmw.car.vehicles import describe_profile, list_item, mapping_item
from bimmerhub.emulator.mybmw.first.first_list import first_list_item
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle, AccountVehicles
from bimmerhub.ids import Gcid

VCS = "/eadrax-vcs"
PICTURES = "/eadrax-ics"


class MyBmwEndpoints:
    """The lists of vehicles, profile, state and picture in all their versions."""

    def __init__(self, *, clock: EmulatorClock, routing: AppRouting, cars: AccountVehicles) -> None:
        self._clock = clock
        self._routing = routing
        self._cars = cars

    def routes(self) -> list[Route]:
        """Return the routes."""
        route = self._routing
        return [
            route.account(f"{VCS}/v1/vehicles", "GET", self._list_v1, until=2022),
            route.account(f"{VCS}/v2/vehicles", "GET", self._list_v2, since=2022, until=2022),
            route.car(f"{VCS}/v2/vehicles/{{vin}}/state", "GET", self._state_v2, since=2022, until=2022),
            route.account(f"{VCS}/v4/vehicles", "GET", self._list_v4, since=2023),
            route.car(f"{VCS}/v4/vehicles/state", "GET", self._state, since=2023),
            route.account(f"{VCS}/v5/vehicle-list", "POST", self._mappings, since=2024),
            route.car(f"{VCS}/v5/vehicle-data/profile", "GET", self._profile, since=2024),
            route.car(f"{PICTURES}/v3/presentation/vehicles/{{vin}}/images", "GET", self._picture),
            route.car(f"{PICTURES}/v5/presentation/vehicles/images", "GET", self._picture, since=2024),
        ]

    async def _list_v1(self, request: Request, gcid: Gcid) -> Response:
        return in_units_of(request, [first_list_item(vehicle) for vehicle in await self._of_brand(request, gcid)])

    async def _list_v2(self, request: Request, gcid: Gcid) -> Response:
        return await self._list(request, gcid, is_v2=True)

    async def _list_v4(self, request: Request, gcid: Gcid) -> Response:
        return await self._list(request, gcid, is_v2=False)

    async def _list(self, request: Request, gcid: Gcid, *, is_v2: bool) -> Response:
        now_ms = self._clock.now_ms()
        cars = await self._of_brand(request, gcid)
        return JSONResponse([list_item(vehicle, now_ms=now_ms, is_v2=is_v2) for vehicle in cars])

    async def _mappings(self, request: Request, gcid: Gcid) -> Response:
        cars = await self._of_brand(request, gcid)
        infos = [mapping_item(vehicle, has_profile=is_in_china(request)) for vehicle in cars]
        return JSONResponse({"gcid": gcid, "mappingInfos": infos})

    async def _of_brand(self, request: Request, gcid: Gcid) -> list[AccountVehicle]:
        """Return the cars that the app of this brand shows."""
        brand = read_agent(request, year=None).brand
        cars = [vehicle for vehicle in await self._cars.list_cars(gcid) if app_brand_of(vehicle) is brand]
        return [shown_vehicle(request, vehicle) for vehicle in cars]

    async def _profile(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse(describe_profile(vehicle))

    async def _state(self, _request: Request, vehicle: AccountVehicle) -> Response:
        state = describe_state(vehicle, now_ms=self._clock.now_ms(), is_v2=False)
        capabilities = describe_capabilities(vehicle.truth.equipment)
        return JSONResponse({"state": state, "capabilities": capabilities})

    async def _state_v2(self, _request: Request, vehicle: AccountVehicle) -> Response:
        state = describe_state(vehicle, now_ms=self._clock.now_ms(), is_v2=True)
        capabilities = describe_capabilities_v2(vehicle.truth.equipment)
        return JSONResponse({"state": state, "capabilities": capabilities})

    async def _picture(self, request: Request, vehicle: AccountVehicle) -> Response:
        picture = draw_view(vehicle.car.vin, request.query_params.get("carView", ""))
        return Response(picture, media_type="image/png")
