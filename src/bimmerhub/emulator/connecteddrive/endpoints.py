"""The portal's API below `/api`, and the list of countries."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.connecteddrive import remote_services
from bimmerhub.emulator.connecteddrive.countries import select_countries
from bimmerhub.emulator.connecteddrive.dynamic import describe_state
from bimmerhub.emulator.connecteddrive.vehicles import describe_vehicle
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.as_bmw import BMW_HOSTS
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.remote.desk import RemoteDesk
from bimmerhub.emulator.remote.known_cars import KnownCar, KnownCars
from bimmerhub.emulator.remote.refusals import RemoteRefusal, not_found
from bimmerhub.emulator.remote.routing import RemoteRouting
from bimmerhub.ids import Gcid

API_PATH = "/api"
COUNTRIES_PATH = "/cms/default/default/country-selection.json"


class PortalApiEndpoints:
    """Vehicles, their state, and commands to them."""

    def __init__(
        self, *, clock: EmulatorClock, faults: Faults, routing: RemoteRouting, cars: KnownCars, desk: RemoteDesk
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._routing = routing
        self._cars = cars
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        remote = f"{API_PATH}/vehicle/remoteservices/v1/{{vin}}"
        return [
            Route(COUNTRIES_PATH, self._countries, methods=["GET"]),
            self._routing.account_route(f"{API_PATH}/me/vehicles/v2", "GET", self._vehicles),
            self._routing.car_route(f"{API_PATH}/vehicle/dynamic/v1/{{vin}}", "GET", self._dynamic),
            self._routing.car_route(f"{remote}/state/execution", "GET", self._execution),
            self._routing.car_route(f"{remote}/history", "GET", self._history),
            self._routing.car_route(f"{remote}/{{code}}", "POST", self._execute),
        ]

    async def _countries(self, request: Request) -> Response:
        is_bmws = (request.url.hostname or "") in BMW_HOSTS
        return JSONResponse(select_countries(None if is_bmws else str(request.base_url).rstrip("/")))

    async def _vehicles(self, _request: Request, gcid: Gcid) -> Response:
        return JSONResponse([describe_vehicle(known) for known in await self._cars.list_cars(gcid)])

    async def _dynamic(self, request: Request, known: KnownCar) -> Response:
        if self._faults.take("dynamic-empty"):
            return Response(media_type="application/json")
        state = describe_state(known, offset_minutes=_parse_offset(request))
        text = json.dumps(state, ensure_ascii=False)
        if self._faults.take("dynamic-control-characters"):
            text = text.replace('"Nächst', '"\nNächst')
        return Response(text, media_type="application/json")

    async def _execute(self, request: Request, known: KnownCar) -> Response:
        code = request.path_params["code"]
        if code not in remote_services.ACTIONS or not remote_services.can_do(known.truth.equipment, code):
            raise not_found()
        event = await self._desk.begin(known, code, remote_services.ACTIONS[code], client="PORTAL")
        return remote_services.as_wanted(request, "remoteServiceResponse", remote_services.begun(event))

    async def _execution(self, request: Request, known: KnownCar) -> Response:
        event = self._desk.last(known.car.vin)
        if event is None:
            raise not_found()
        answer = remote_services.describe_event(event, now_ms=self._clock.now_ms())
        return remote_services.as_wanted(request, "remoteServiceEvent", answer)

    async def _history(self, _request: Request, known: KnownCar) -> Response:
        now_ms = self._clock.now_ms()
        return JSONResponse(
            [remote_services.describe_past(event, now_ms=now_ms) for event in self._desk.history(known.car.vin)]
        )


def _parse_offset(request: Request) -> int:
    try:
        return int(request.query_params.get("offset", "0"))
    except ValueError:
        raise RemoteRefusal(400, {"error": "bad_request", "error_description": "offset is no number"}) from None
