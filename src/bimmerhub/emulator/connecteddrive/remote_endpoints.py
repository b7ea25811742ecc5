"""The portal's remote services, and messages to cars."""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.connecteddrive import account_answers, remote_services
from bimmerhub.emulator.connecteddrive.endpoints import API_PATH
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle, AccountVehicles
from bimmerhub.emulator.remote.desk import CarAction, RemoteDesk
from bimmerhub.emulator.remote.refusals import bad_request, not_found
from bimmerhub.emulator.remote.routing import RemoteRouting
from bimmerhub.ids import Gcid
from bimmerhub.json_faults import NOT_JSON

REMOTE_PATH = f"{API_PATH}/vehicle/remoteservices/v1/{{vin}}"
MESSAGES_PATHS = (f"{API_PATH}/vehicle/myinfo/v1", f"{API_PATH}/vehicle/myinfo/v1/send")
"""The second one is that of b2vapi's hosts."""
_CLIENT = "PORTAL"


class _MessageWish(msgspec.Struct, kw_only=True):
    """A message to cars."""

    vins: tuple[str, ...]
    message: str
    subject: str = ""


class PortalRemoteEndpoints:
    """Commands to cars and how they stand; messages."""

    def __init__(
        self, *, clock: EmulatorClock, routing: RemoteRouting, cars: AccountVehicles, desk: RemoteDesk
    ) -> None:
        self._clock = clock
        self._routing = routing
        self._cars = cars
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._routing.car_route(f"{REMOTE_PATH}/state/execution", "GET", self._execution),
            self._routing.car_route(f"{REMOTE_PATH}/history", "GET", self._history),
            self._routing.car_route(f"{REMOTE_PATH}/{{code}}", "POST", self._execute),
            *(self._routing.account_route(path, "GET", self._messages) for path in MESSAGES_PATHS),
            *(self._routing.account_route(path, "POST", self._send) for path in MESSAGES_PATHS),
        ]

    async def _execute(self, request: Request, vehicle: AccountVehicle) -> Response:
        code = request.path_params["code"]
        if code not in remote_services.KINDS or not remote_services.can_do(vehicle.truth.equipment, code):
            raise not_found()
        try:
            action = remote_services.choose_action(code, await request.body())
        except ValueError as error:
            raise bad_request(str(error)) from error
        event = await self._desk.begin(vehicle, remote_services.KINDS[code], action, client=_CLIENT)
        return remote_services.as_wanted(request, "remoteServiceResponse", remote_services.begun(event))

    async def _execution(self, request: Request, vehicle: AccountVehicle) -> Response:
        event = self._desk.shown(vehicle.car.vin)
        if event is None:
            raise not_found()
        answer = remote_services.describe_event(event, now_ms=self._clock.now_ms())
        return remote_services.as_wanted(request, "remoteServiceEvent", answer)

    async def _history(self, request: Request, vehicle: AccountVehicle) -> Response:
        events, now_ms = self._desk.history(vehicle.car.vin), self._clock.now_ms()
        past: list[Mapping[str, object]] = [remote_services.describe_past(event, now_ms=now_ms) for event in events]
        return remote_services.as_wanted(request, "remoteServiceHistory", past)

    async def _messages(self, _request: Request, gcid: Gcid) -> Response:
        cars = await self._cars.list_cars(gcid)
        return JSONResponse(
            [
                message
                for vehicle in cars
                for message in account_answers.list_messages(vehicle.car.vin, vehicle.truth.sent)
            ]
        )

    async def _send(self, request: Request, gcid: Gcid) -> Response:
        try:
            message = read_json(await request.body(), _MessageWish)
        except NOT_JSON as error:
            raise bad_request(str(error)) from error
        cars = [await self._cars.find(gcid, vin) for vin in message.vins]
        if not cars or None in cars:
            raise not_found()
        action = CarAction(name="receive", arguments={"name": message.subject, "text": message.message})
        for vehicle in filter(None, cars):
            await self._desk.begin(vehicle, "SEND_POI_TO_CAR", action, client=_CLIENT)
        return JSONResponse({"status": "OK"})
