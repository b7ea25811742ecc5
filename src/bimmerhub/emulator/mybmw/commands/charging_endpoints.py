"""Charging by "CRCCS" (start, stop, settings, profile) and "CPS" (the plan of the charge)."""

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.mybmw.access.app_refusals import malformed, not_found, server_error
from bimmerhub.emulator.mybmw.access.app_routing import AppRouting
from bimmerhub.emulator.mybmw.app_times import read_time
from bimmerhub.emulator.mybmw.car.capabilities import can_set_charging
from bimmerhub.emulator.mybmw.commands import charging_forms, remote_commands
from bimmerhub.emulator.mybmw.commands.charging_plan import describe_plan
from bimmerhub.emulator.mybmw.commands.remote_endpoints import AppDesk
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.desk import CarAction

CRCCS = "/eadrax-crccs"
PLAN_PATH = "/eadrax-cps/v2/vehicles"
DATE_HEADER = "bmw-current-date"
_FIRST_YEAR = 2023


class MyBmwChargingEndpoints:
    """What can be read and set of charging."""

    def __init__(self, *, routing: AppRouting, app_desk: AppDesk) -> None:
        self._routing = routing
        self._app_desk = app_desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        car, base = self._routing.car, f"{CRCCS}/v1/vehicles/{{vin}}"
        return [
            car(f"{CRCCS}/v2/vehicles", "GET", self._details, since=_FIRST_YEAR),
            car(f"{base}/start-charging", "POST", self._command, since=_FIRST_YEAR),
            car(f"{base}/stop-charging", "POST", self._command, since=_FIRST_YEAR),
            car(f"{base}/charging-settings", "POST", self._set_settings, since=_FIRST_YEAR),
            car(f"{base}/charging-profile", "POST", self._set_profile, since=_FIRST_YEAR),
            car(PLAN_PATH, "GET", self._plan, since=_FIRST_YEAR),
        ]

    async def _details(self, request: Request, vehicle: AccountVehicle) -> Response:
        _check_date(request)
        if vehicle.truth.profile is None:
            raise not_found()
        wants_settings = request.query_params.get("has_charging_settings_capabilities", "").lower() == "true"
        has_settings = wants_settings and can_set_charging(vehicle.truth.equipment)
        return JSONResponse(charging_forms.write_details(vehicle.truth, has_settings=has_settings))

    async def _plan(self, request: Request, vehicle: AccountVehicle) -> Response:
        _check_date(request)
        if vehicle.truth.charging is None:
            raise not_found()
        return JSONResponse(describe_plan(vehicle.truth))

    async def _command(self, request: Request, vehicle: AccountVehicle) -> Response:
        service = request.url.path.rpartition("/")[2]
        kind, action = remote_commands.choose_command(service, vehicle.truth.equipment, action=None)
        return await self._app_desk.begin(vehicle, kind, action)

    async def _set_settings(self, request: Request, vehicle: AccountVehicle) -> Response:
        current = vehicle.truth.charging_settings
        if current is None or not can_set_charging(vehicle.truth.equipment):
            raise not_found()
        try:
            wanted = charging_forms.read_settings(await request.body(), current)
        except ValueError as error:
            raise malformed(str(error)) from error
        action = CarAction(name="set_charging_settings", arguments=wanted)
        return await self._app_desk.begin(vehicle, remote_commands.SETTINGS_KIND, action)

    async def _set_profile(self, request: Request, vehicle: AccountVehicle) -> Response:
        """Take a new profile; BMW answers 500 to one that lacks a key (clients 2023-2025)."""
        current = vehicle.truth.profile
        if current is None:
            raise not_found()
        try:
            profile = charging_forms.read_profile(await request.body(), current)
        except ValueError as error:
            raise server_error(str(error)) from error
        action = CarAction(name="set_charging_profile", arguments={"profile": msgspec.to_builtins(profile)})
        return await self._app_desk.begin(vehicle, remote_commands.PROFILE_KIND, action)


def _check_date(request: Request) -> None:
    """Raise RemoteRefusal for a date that is none; without one BMW takes its own (inferred)."""
    for text in (request.headers.get(DATE_HEADER), request.query_params.get("current_date")):
        if text:
            read_time(text)
