"""The i Remote API's commands to cars, and how they stand; and the same by `/remoteservices/rsapi/v1`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.iremote import rsapi, services
from bimmerhub.emulator.iremote.endpoints import VEHICLE_PATH, IRemoteRouting
from bimmerhub.emulator.iremote.sent import read_sent
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.desk import EventState, RemoteDesk
from bimmerhub.emulator.remote.refusals import RemoteRefusal, not_found, util_error
from bimmerhub.emulator.remote.routing import RemoteRouting
from bimmerhub.emulator.sign_in.by_password.password_endpoints import read_parameters

RSAPI_PATH = "/remoteservices/rsapi/v1/{vin}"
_CLIENT = "MOBILE_APP"


class IRemoteServiceEndpoints:
    """executeService, serviceExecutionStatus and -History, sendpoi, and the remote services of rsapi."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults, routing: RemoteRouting, desk: RemoteDesk) -> None:
        self._clock = clock
        self._faults = faults
        self._routing = IRemoteRouting(routing, faults=faults)
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._routing.route(f"{VEHICLE_PATH}/executeService", "POST", self._execute),
            self._routing.route(f"{VEHICLE_PATH}/serviceExecutionStatus", "GET", self._execution_status),
            self._routing.route(f"{VEHICLE_PATH}/serviceExecutionHistory", "GET", self._history),
            self._routing.route(f"{VEHICLE_PATH}/sendpoi", "POST", self._send),
            self._routing.route(RSAPI_PATH + "/state/execution", "GET", self._rs_state),
            self._routing.route(RSAPI_PATH + "/{code}", "POST", self._rs_execute),
        ]

    async def _execute(self, request: Request, vehicle: AccountVehicle) -> Response:
        if self._faults.take("commands-403"):
            raise RemoteRefusal(403)
        form = await read_parameters(request)
        service = form.get("serviceType", "")
        services.check_ability(service, vehicle.truth.equipment.abilities)
        self._check_secret(service, form.get("bmwSkAnswer", ""))
        action = services.choose_action(service, form)
        event = await self._desk.begin(vehicle, service, action, client=_CLIENT)
        return JSONResponse(services.initiated(event))

    def _check_secret(self, service: str, answer: str) -> None:
        if service == "DOOR_UNLOCK" and not answer and self._faults.take("secret-wanted"):
            raise util_error("A-2013", "Action is forbidden. secretKnowledge is missing but required!")

    async def _execution_status(self, request: Request, vehicle: AccountVehicle) -> Response:
        if self._faults.take("service-status-i300"):
            raise util_error("I-300", "unexpected server error: server panic, values cannot be converted")
        event = self._desk.shown(vehicle.car.vin, request.query_params.get("serviceType", ""))
        if event is None:
            raise util_error("A-2012", "Resource not found. No event of this service type.", status=404)
        is_without_status = self._faults.take("service-status-missing")
        answer = services.describe_event(event, now_ms=self._clock.now_ms(), has_status=not is_without_status)
        return JSONResponse(answer)

    async def _history(self, _request: Request, vehicle: AccountVehicle) -> Response:
        now_ms = self._clock.now_ms()
        past = [services.describe_past(event, now_ms=now_ms) for event in self._desk.history(vehicle.car.vin)]
        return JSONResponse({"serviceExecutionHistory": past})

    async def _send(self, request: Request, vehicle: AccountVehicle) -> Response:
        if not vehicle.truth.equipment.abilities.receive:
            raise RemoteRefusal(403)
        action = read_sent(await read_parameters(request))
        await self._desk.begin(vehicle, services.SEND_POI, action, client=_CLIENT)
        return Response(status_code=204)

    async def _rs_execute(self, request: Request, vehicle: AccountVehicle) -> Response:
        code = request.path_params["code"]
        if code not in rsapi.KINDS:
            raise not_found()
        kind = rsapi.KINDS[code]
        services.check_ability(kind, vehicle.truth.equipment.abilities)
        action = rsapi.read_action(services.ACTIONS[kind], kind, await request.body())
        event = await self._desk.begin(vehicle, kind, action, client=_CLIENT)
        return JSONResponse(rsapi.describe_rs_event(event, state=EventState.INITIATED))

    async def _rs_state(self, _request: Request, vehicle: AccountVehicle) -> Response:
        event = self._desk.shown(vehicle.car.vin)
        if event is None:
            raise not_found()
        return JSONResponse(rsapi.describe_rs_event(event, state=event.state(self._clock.now_ms())))
