"""The commands to cars of "VRCCS", how they stand, and what was sent before."""

import uuid
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.mybmw.access.app_refusals import busy, malformed, not_found
from bimmerhub.emulator.mybmw.access.app_routing import AppRouting
from bimmerhub.emulator.mybmw.access.china_places import shown_vehicle
from bimmerhub.emulator.mybmw.commands import remote_commands
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.desk import CarAction, RemoteDesk, RemoteEvent
from bimmerhub.ids import Gcid

VRCCS = "/eadrax-vrccs"
VERSIONS = {"v2": (2021, 2022), "v3": (2023, 9999), "v4": (2024, 9999)}
"""From which year to which each version is there."""
BY_HEADER = "v4"
CLIENT = "MOBILE_APP"


class AppDesk:
    """Gives commands of the app to the desk of all families."""

    def __init__(self, desk: RemoteDesk, *, faults: Faults) -> None:
        self._desk = desk
        self._faults = faults

    async def begin(self, vehicle: AccountVehicle, kind: str, action: CarAction) -> Response:
        """Accept a command; RemoteRefusal for a busy car."""
        if self._faults.take("vehicle-busy"):
            raise busy()
        event = await self._desk.begin(vehicle, kind, action, client=CLIENT, event_id=str(uuid.uuid4()))
        if self._faults.take("command-without-event"):
            return Response()
        return JSONResponse(remote_commands.describe_begin(event))


class MyBmwRemoteEndpoints:
    """Commands, their state, the position that one asked for, and the history."""

    def __init__(self, *, clock: EmulatorClock, routing: AppRouting, desk: RemoteDesk, app_desk: AppDesk) -> None:
        self._clock = clock
        self._routing = routing
        self._desk = desk
        self._app_desk = app_desk

    def routes(self) -> list[Route]:
        """Return the routes of all versions."""
        return [route for version in VERSIONS for route in self._routes_of(version)]

    def _routes_of(self, version: str) -> list[Route]:
        since, until = VERSIONS[version]
        commands = f"{VRCCS}/{version}/presentation/remote-commands"
        car = "" if version == BY_HEADER else "/{vin}"
        show = partial(self._status, key="rsEventStatus" if version == BY_HEADER else "eventStatus")
        account, about_car = self._routing.account, self._routing.car
        routes = [
            account(f"{commands}/eventStatus", "POST", show, since=since, until=until),
            account(f"{commands}/eventPosition", "POST", self._position, since=since, until=until),
            about_car(f"{commands}{car}/{{service}}", "POST", self._execute, since=since, until=until),
        ]
        if version == BY_HEADER:  # the history stayed at v3
            return routes
        history = f"{VRCCS}/{version}/presentation/remote-history{car}"
        return [
            *routes,
            about_car(history, "GET", self._history, since=since, until=until),
            about_car(history, "DELETE", self._forget_history, since=since, until=until),
        ]

    async def _execute(self, request: Request, vehicle: AccountVehicle) -> Response:
        kind, action = remote_commands.choose_command(
            request.path_params["service"], vehicle.truth.equipment, action=request.query_params.get("action")
        )
        return await self._app_desk.begin(vehicle, kind, action)

    async def _status(self, request: Request, gcid: Gcid, *, key: str) -> Response:
        event, _ = await self._find(request, gcid)
        return JSONResponse(remote_commands.describe_event(event, now_ms=self._clock.now_ms(), key=key))

    async def _position(self, request: Request, gcid: Gcid) -> Response:
        _, vehicle = await self._find(request, gcid)
        has_observer = all(_is_number(request.headers.get(name, "")) for name in ("latitude", "longitude"))
        truth = shown_vehicle(request, vehicle).truth
        return JSONResponse(remote_commands.describe_position(truth, has_observer=has_observer))

    async def _find(self, request: Request, gcid: Gcid) -> tuple[RemoteEvent, AccountVehicle]:
        """Return the command that a request names, and its car; RemoteRefusal when it is not the account's."""
        event_id = request.query_params.get("eventId")
        if not event_id:
            raise malformed("The parameter eventId is missing.")
        event = self._desk.find(event_id)
        if event is None:
            raise not_found()
        return event, await self._routing.find(gcid, event.vin)

    async def _history(self, _request: Request, vehicle: AccountVehicle) -> Response:
        now_ms, events = self._clock.now_ms(), self._desk.history(vehicle.car.vin)
        return JSONResponse([remote_commands.describe_past(event, now_ms=now_ms) for event in events])

    async def _forget_history(self, _request: Request, vehicle: AccountVehicle) -> Response:
        self._desk.clear_history(vehicle.car.vin)
        return Response(status_code=204)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
