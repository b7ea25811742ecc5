"""The i Remote API below `/webapi/v1`."""

from math import asin, cos, radians, sin, sqrt

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.iremote import services
from bimmerhub.emulator.iremote.regions import hub_of
from bimmerhub.emulator.iremote.status import describe_status
from bimmerhub.emulator.iremote.vehicles import brand_of, describe_vehicle
from bimmerhub.emulator.remote.desk import RemoteDesk
from bimmerhub.emulator.remote.known_cars import KnownCar, KnownCars
from bimmerhub.emulator.remote.refusals import RemoteRefusal, gone, util_error
from bimmerhub.emulator.remote.routing import CarHandler, RemoteRouting
from bimmerhub.emulator.sign_in.by_password.password_endpoints import read_parameters
from bimmerhub.ids import Gcid

API_PATH = "/webapi/v1"
GONE_IN_YEAR = 2021
_EARTH_KM = 6_371.0


class IRemoteEndpoints:
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
        vehicles = f"{API_PATH}/user/vehicles"
        vehicle = vehicles + "/{vin}"
        return [
            *(self._routing.account_route(vehicles + slash, "GET", self._vehicles) for slash in ("/", "")),
            self._routing.car_route(vehicle, "GET", self._vehicle),
            self._route(f"{vehicle}/status", "GET", self._status),
            self._route(f"{vehicle}/executeService", "POST", self._execute),
            self._route(f"{vehicle}/serviceExecutionStatus", "GET", self._execution_status),
        ]

    def _route(self, path: str, method: str, handler: CarHandler) -> Route:
        """Return the route of something that BMW has switched off by now."""

        async def unless_gone(request: Request, known: KnownCar) -> Response:
            is_late = (self._faults.value("era") or 0) >= GONE_IN_YEAR
            return gone() if is_late or self._faults.take("iremote-gone") else await handler(request, known)

        return self._routing.car_route(path, method, unless_gone)

    async def _vehicles(self, request: Request, gcid: Gcid) -> Response:
        hub = hub_of(request.url.hostname or "")
        vehicles = [describe_vehicle(known, hub=hub) for known in await self._cars.list_cars(gcid)]
        if self._faults.take("vehicles-as-list"):
            return JSONResponse(vehicles)
        if vehicles and self._faults.take("vehicles-as-one"):
            return JSONResponse({"vehicle": vehicles[0]})
        return JSONResponse({"vehicles": vehicles})

    async def _vehicle(self, request: Request, known: KnownCar) -> Response:
        return JSONResponse(describe_vehicle(known, hub=hub_of(request.url.hostname or "")))

    async def _status(self, request: Request, known: KnownCar) -> Response:
        asked_from = _read_position(request, known)
        status = describe_status(known, is_too_far=self._is_too_far(asked_from, known))
        if status.get("updateReason") == "CHARGIN_STARTED" and self._faults.take("charging-started-spelt"):
            status["updateReason"] = "CHARGING_STARTED"
        return JSONResponse({"vehicleStatus": status})

    def _is_too_far(self, asked_from: tuple[float, float] | None, known: KnownCar) -> bool:
        """Tell whether an old car keeps its position from who asks; cars of the brand BMW i never do."""
        most_km = self._faults.value("too-far-away")
        if most_km is None or brand_of(known.truth.equipment) == "BMW_I" or not self._faults.take("too-far-away"):
            return False
        here = (known.truth.latitude_deg, known.truth.longitude_deg)
        return asked_from is None or _distance_km(asked_from, here) > most_km

    async def _execute(self, request: Request, known: KnownCar) -> Response:
        if self._faults.take("commands-403"):
            raise RemoteRefusal(403)
        form = await read_parameters(request)
        service = form.get("serviceType", "")
        self._check_secret(service, form.get("bmwSkAnswer", ""))
        action = services.choose_action(service, form)
        event = await self._desk.begin(known, service, action, client="MOBILE_APP")
        return JSONResponse(services.initiated(event))

    def _check_secret(self, service: str, answer: str) -> None:
        if service == "DOOR_UNLOCK" and not answer and self._faults.take("secret-wanted"):
            raise util_error("A-2013", "Action is forbidden. secretKnowledge is missing but required!")

    async def _execution_status(self, request: Request, known: KnownCar) -> Response:
        if self._faults.take("service-status-i300"):
            raise util_error("I-300", "unexpected server error: server panic, values cannot be converted")
        event = self._desk.last(known.car.vin, request.query_params.get("serviceType", ""))
        if event is None:
            raise util_error("A-2012", "Resource not found. No event of this service type.", status=404)
        answer = services.describe_event(event, now_ms=self._clock.now_ms())
        if self._faults.take("service-status-missing"):
            status = answer["executionStatus"]
            if isinstance(status, dict):
                del status["status"]
        return JSONResponse(answer)


def _read_position(request: Request, known: KnownCar) -> tuple[float, float] | None:
    """Return where whoever asks says to be; RemoteRefusal when a car of the brand BMW is asked without that."""
    query = request.query_params
    try:
        return float(query["dlat"]), float(query["dlon"])
    except (KeyError, ValueError):
        if brand_of(known.truth.equipment) == "BMW":
            words = "mandatory parameter(s) missed or blank: dlat and dlon are required for BMW vehicles."
            raise util_error("A-101", words) from None
        return None


def _distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    latitude_a, latitude_b = radians(a[0]), radians(b[0])
    half = sin((latitude_b - latitude_a) / 2) ** 2
    half += cos(latitude_a) * cos(latitude_b) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
