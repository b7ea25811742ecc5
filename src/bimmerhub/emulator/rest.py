"""CarData's REST API: mappings, basicData, telematicData, image and containers.

Every request is checked in this order: token, x-version, quota (from here on the call counts), scope, form of VIN and
containerId, the account's right to the vehicle, to the container, and only then the body. (BMW's own order is not
published.)
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.domain.ids import Gcid, Vin, parse_vin
from bimmerhub.emulator.cars.garage import Garage
from bimmerhub.emulator.cars.message import BackendValue, CarInfo, iso_millis
from bimmerhub.emulator.clock import EmulatorClock
from bimmerhub.emulator.containers import Containers, check_container_id
from bimmerhub.emulator.faults import Faults
from bimmerhub.emulator.identity import API_SCOPE, Identity
from bimmerhub.emulator.image import draw_car
from bimmerhub.emulator.quota import Quota
from bimmerhub.emulator.refusals import CarDataRefusal

_NO_VALUE = BackendValue(value=None, unit=None, measured_at_ms=None)
# Keys that other endpoints serve: a container may hold them, telematicData leaves them out (BMW's guide).
_SERVED_ELSEWHERE = frozenset(
    {
        "vehicle.chassis.axle.wheel.tire.diagnosis",
        "vehicle.drivetrain.electricEngine.hvsMaxEnergyAbsolute",
        "vehicle.extras.optionalEquipment.code",
        "vehicle.look.image",
        "vehicle.powertrain.electric.battery.charging.history.sessionsList",
        "vehicle.powertrain.electric.battery.charging.settingsList",
        "vehicle.sim.status",
        "vehicle.vehicleIdentification.basicVehicleData",
    }
)

_Handler = Callable[[Request, Gcid], Awaitable[Response]]


class Garages(Protocol):
    """Where the REST API finds the cars."""

    async def current_garage(self, gcid: Gcid) -> Garage:
        """Return the cars of an account, simulated up to now."""
        ...


class RestEndpoints:
    """The operations below `/customers` (BMW swagger)."""

    def __init__(
        self,
        *,
        clock: EmulatorClock,
        faults: Faults,
        identity: Identity,
        quota: Quota,
        containers: Containers,
        garages: Garages,
        has_images: bool,
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._identity = identity
        self._quota = quota
        self._containers = containers
        self._garages = garages
        self._has_images = has_images

    def routes(self) -> list[Route]:
        """Return the routes of all operations; anything else below `/customers` is refused in BMW's form."""
        vehicle = "/customers/vehicles/{vin}"
        container = "/customers/containers/{container_id}"
        return [
            self._route("/customers/vehicles/mappings", "GET", self._mappings),
            self._route(f"{vehicle}/basicData", "GET", self._basic_data),
            self._route(f"{vehicle}/telematicData", "GET", self._telematic_data),
            self._route(f"{vehicle}/image", "GET", self._image),
            self._route("/customers/containers", "GET", self._list_containers),
            self._route("/customers/containers", "POST", self._create_container),
            self._route(container, "GET", self._container),
            self._route(container, "DELETE", self._delete_container),
            self._route("/customers/{rest:path}", "GET", self._not_here),
        ]

    def _route(self, path: str, method: str, handler: _Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return await handler(request, self._admit(request))
            except CarDataRefusal as refusal:
                return JSONResponse(refusal.body(), status_code=refusal.status)

        return Route(path, endpoint, methods=[method])

    def _admit(self, request: Request) -> Gcid:
        """Return whose request it is, after the checks that all operations share; counts the call."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token.strip():
            raise CarDataRefusal("CU-100", "The header Authorization is missing.")
        access = self._identity.access(token.strip())
        if access is None or scheme.lower() != "bearer":
            raise CarDataRefusal("CU-101", "The token is not known.")
        if access.expires_at_ms <= self._clock.now_ms():
            raise CarDataRefusal("CU-102", "The token has expired.")
        if request.headers.get("x-version") != "v1":
            raise CarDataRefusal("CU-400", "The header x-version is missing or not v1.")
        if not self._quota.spend(access.gcid):
            raise CarDataRefusal("CU-429", f"The daily rate limit of {self._quota.limit} calls has been reached.")
        if API_SCOPE not in access.scopes:
            raise CarDataRefusal("CU-103", f"The token lacks the scope {API_SCOPE}.")
        return access.gcid

    async def _mappings(self, _request: Request, gcid: Gcid) -> Response:
        garage = await self._garages.current_garage(gcid)
        mappings = [
            {"vin": car.vin, "mappedSince": iso_millis(car.mapped_since_ms), "mappingType": car.mapping_type}
            for car in garage.cars
        ]
        return JSONResponse(mappings)

    async def _basic_data(self, request: Request, gcid: Gcid) -> Response:
        garage = await self._garages.current_garage(gcid)
        return JSONResponse(dict(_permitted(garage, _asked_vin(request)).basic_data))

    async def _telematic_data(self, request: Request, gcid: Gcid) -> Response:
        vin = _asked_vin(request)
        container_id = check_container_id(request.query_params.get("containerId", ""))
        garage = await self._garages.current_garage(gcid)
        _permitted(garage, vin)
        container = self._containers.active(gcid, container_id)
        known = garage.telematic(vin)
        asked = [key for key in container.technical_descriptors if key not in _SERVED_ELSEWHERE]
        return JSONResponse({"telematicData": {key: _triple(known.get(key, _NO_VALUE)) for key in asked}})

    async def _image(self, request: Request, gcid: Gcid) -> Response:
        garage = await self._garages.current_garage(gcid)
        car = _permitted(garage, _asked_vin(request))
        if not self._has_images:
            raise CarDataRefusal("CU-126", "There is no picture of this vehicle.")
        return Response(draw_car(car.vin), media_type="image/png")

    async def _list_containers(self, _request: Request, gcid: Gcid) -> Response:
        return JSONResponse({"containers": [found.summary() for found in self._containers.of_account(gcid)]})

    async def _create_container(self, request: Request, gcid: Gcid) -> Response:
        try:
            asked: object = msgspec.json.decode(await request.body())
        except msgspec.DecodeError as error:
            raise CarDataRefusal("CU-400", "The body is not JSON.") from error
        return JSONResponse(self._containers.create(gcid, asked).details(), status_code=201)

    async def _container(self, request: Request, gcid: Gcid) -> Response:
        container_id = check_container_id(request.path_params["container_id"])
        return JSONResponse(self._containers.active(gcid, container_id).details())

    async def _delete_container(self, request: Request, gcid: Gcid) -> Response:
        self._containers.delete(gcid, check_container_id(request.path_params["container_id"]))
        return Response(status_code=204)

    async def _not_here(self, _request: Request, _gcid: Gcid) -> Response:
        raise CarDataRefusal("CU-400", "The emulator does not have this resource.", status=404)


def _asked_vin(request: Request) -> Vin:
    try:
        return parse_vin(request.path_params["vin"])
    except ValueError as error:
        raise CarDataRefusal("CU-120", "A VIN has 17 characters in upper case.") from error


def _permitted(garage: Garage, vin: Vin) -> CarInfo:
    """Return the car when the account is its main user; CarDataRefusal CU-104 otherwise."""
    for car in garage.cars:
        if car.vin == vin and car.mapping_type == "PRIMARY":
            return car
    raise CarDataRefusal("CU-104", "The vehicle is not mapped to this account as its main user.")


def _triple(backend: BackendValue) -> Mapping[str, str | None]:
    """Return one entry of telematicData: everything is text or null (observed by clients 2025-2026)."""
    if backend.value is None or backend.measured_at_ms is None:
        return {"timestamp": None, "unit": backend.unit, "value": None}
    return {"timestamp": iso_millis(backend.measured_at_ms), "unit": backend.unit, "value": _text(backend.value)}


def _text(value: bool | float | str) -> str:  # noqa: FBT001 - a value of a key, not a switch
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
