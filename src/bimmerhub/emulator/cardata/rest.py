"""CarData's REST API: all eleven operations below `/customers` (BMW swagger).

Every request is checked in this order: token, x-version, quota (from here on the call counts), scope, form of VIN and
containerId, the account's right to the vehicle, to the container, and only then the rest. (BMW's own order is not
published.) The answer is JSON whatever the header Accept says: the swagger lists XML too, but nobody has seen it.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.admission import Admission
from bimmerhub.emulator.cardata.answers import charging_history, charging_settings
from bimmerhub.emulator.cardata.answers.basic_data import describe_car
from bimmerhub.emulator.cardata.answers.contracts import CONTRACTS, list_contracts
from bimmerhub.emulator.cardata.answers.image import draw_car
from bimmerhub.emulator.cardata.answers.out_of_bounds import break_item, lengthen, list_of, odd_image
from bimmerhub.emulator.cardata.answers.telematic import (
    BASIC_VEHICLE_DATA,
    CHARGING_HISTORY,
    CHARGING_SETTINGS,
    IMAGE,
    TYRE_DIAGNOSIS,
    format_telematic,
)
from bimmerhub.emulator.cardata.answers.tyre_diagnosis import diagnose_tyres
from bimmerhub.emulator.cardata.callers import Caller
from bimmerhub.emulator.cardata.containers import ContainerShelf, ShelvedContainer, check_container_id, not_yours
from bimmerhub.emulator.cardata.paging import PageTokens
from bimmerhub.emulator.cardata.permitted_cars import (
    CarDataBackends,
    MappedCars,
    PermittedCar,
    PermittedCars,
    check_vin,
)
from bimmerhub.emulator.cardata.quota import CallQuota
from bimmerhub.emulator.cardata.refusals import CarDataRefusal
from bimmerhub.emulator.cardata.settings import CarDataSettings
from bimmerhub.emulator.cardata.voice.message import iso_millis
from bimmerhub.emulator.cars.records import ChargingSessionTruth
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.gateway import bad_gateway
from bimmerhub.emulator.host.json_bodies import read_json
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.owners.emulated_accounts import MappingType
from bimmerhub.emulator.sign_in.identity import Identity
from bimmerhub.json_faults import NOT_JSON
from bimmerhub.times import HOUR_MS

_ANY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")

# As BMW's guide prints some paths. That they answer a plain 404, before any token is looked at, is inferred.
_PRINTED_WRONG = (
    "/customer/{rest:path}",
    "/customers/vehicles/locationBasedChargingSettings",
)

_Operation = Callable[[Request, Caller], Awaitable[Response]]


class RestEndpoints:
    """The operations below `/customers`."""

    def __init__(
        self,
        settings: CarDataSettings,
        *,
        clock: EmulatorClock,
        faults: Faults,
        identity: Identity,
        quota: CallQuota,
        containers: ContainerShelf,
        backends: CarDataBackends,
        mappings: MappedCars,
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._admission = Admission(clock=clock, faults=faults, identity=identity, quota=quota)
        self._containers = containers
        self._cars = PermittedCars(backends=backends, mappings=mappings, faults=faults)
        self._has_images = settings.has_images
        self._page_tokens = PageTokens(clock=clock, faults=faults)

    def routes(self) -> list[Route]:
        """Return the routes of all operations; anything else below `/customers` is refused in BMW's form."""
        vehicle = "/customers/vehicles/{vin}"
        container = "/customers/containers/{container_id}"
        return [
            self._route("/customers/vehicles/mappings", "GET", self._mappings),
            self._route(f"{vehicle}/basicData", "GET", self._basic_data),
            self._route(f"{vehicle}/telematicData", "GET", self._telematic_data),
            self._route(f"{vehicle}/chargingHistory", "GET", self._charging_history),
            self._route(f"{vehicle}/image", "GET", self._image),
            self._route(f"{vehicle}/smartMaintenanceTyreDiagnosis", "GET", self._tyre_diagnosis),
            self._route(f"{vehicle}/locationBasedChargingSettings", "GET", self._charging_settings),
            self._route("/customers/containers", "GET", self._list_containers),
            self._route("/customers/containers", "POST", self._create_container),
            self._route(container, "GET", self._container),
            self._route(container, "DELETE", self._delete_container),
            *(Route(path, _point_out, methods=[*_ANY_METHOD]) for path in _PRINTED_WRONG),
            *(self._route("/customers/{rest:path}", method, self._not_here) for method in _ANY_METHOD),
        ]

    def _route(self, path: str, method: str, handler: _Operation) -> Route:
        async def endpoint(request: Request) -> Response:
            await self._dawdle("rest-slow")
            if self._faults.take("rest-not-json"):
                return bad_gateway()
            try:
                return await handler(request, self._admission.admit(request))
            except CarDataRefusal as refusal:
                if refusal.code == "CU-429":
                    await self._dawdle("quota-told-late")
                return JSONResponse(refusal.body(), status_code=refusal.status)

        return Route(path, endpoint, methods=[method])

    async def _dawdle(self, fault: str) -> None:
        """Wait the seconds of a fault, if it is on."""
        slow_s = self._faults.value(fault)
        if slow_s is not None and self._faults.take(fault):
            await self._clock.sleep_until(self._clock.now_ms() + round(slow_s * 1000))

    async def _mappings(self, _request: Request, caller: Caller) -> Response:
        is_secondary = self._faults.take("secondary-driver")
        mappings: list[dict[str, object]] = [
            {
                "vin": mapped.car.vin,
                "mappedSince": iso_millis(mapped.since_ms),
                "mappingType": MappingType.SECONDARY if is_secondary else mapped.kind,
            }
            for mapped in self._cars.of_account(caller)
        ]
        mappings = break_item(mappings, self._faults)
        if self._faults.take("mappings-wrapped"):
            return JSONResponse({"mappings": mappings})
        if mappings and self._faults.take("mappings-single"):
            return JSONResponse(mappings[0])
        return JSONResponse(mappings)

    async def _basic_data(self, request: Request, caller: Caller) -> Response:
        permitted = await self._permitted(request, caller, key=BASIC_VEHICLE_DATA)
        described = describe_car(permitted.car, permitted.truth.connection)
        return JSONResponse(lengthen(described, ["modelName"], self._faults))

    async def _telematic_data(self, request: Request, caller: Caller) -> Response:
        check_vin(request.path_params["vin"])
        container_id = check_container_id(request.query_params.get("containerId", ""))
        permitted = await self._permitted(request, caller)
        if self._faults.take("container-refused"):
            raise not_yours()
        container, now_ms = self._active(caller, container_id), permitted.truth.at_ms
        backend_values = permitted.values
        behind_h = self._faults.value("rest-behind")
        if behind_h is not None and self._faults.take("rest-behind"):
            backend_values = permitted.memory.known_at(permitted.car.vin, now_ms - round(behind_h * HOUR_MS))
        backend_values = {**backend_values, CONTRACTS: list_contracts(permitted.truth)}
        keys = [key for key in container.technical_descriptors if caller.sees(key)]
        return JSONResponse(format_telematic(backend_values, keys, now_ms=now_ms, faults=self._faults))

    async def _charging_history(self, request: Request, caller: Caller) -> Response:
        permitted = await self._permitted(request, caller, key=CHARGING_HISTORY)
        car, truth = permitted.car, permitted.truth
        window = charging_history.parse_window(request.query_params)
        query = [car.vin, str(window.from_ms), str(window.to_ms)]
        token = request.query_params.get("nextToken")
        before_ms = None if token is None else self._page_tokens.read(token, query)
        sessions = charging_history.visible_sessions(permitted.charging_sessions, now_ms=truth.at_ms)
        running = truth.running_charge
        is_shown = running is not None and token is None and window.from_ms <= running.start_ms < window.to_ms
        begun = [running] if running is not None and is_shown else []
        most = charging_history.PAGE_SIZE - len(begun)
        page, has_more = charging_history.find_page(sessions, window, before_ms=before_ms, most=most)
        self._break_page(page, sessions)
        has_costs, in_miles = self._faults.take("history-with-costs"), car.is_in_miles
        data = [charging_history.format_running_charge(charge, is_in_miles=in_miles) for charge in begun]
        data += [
            charging_history.format_session(session, is_in_miles=in_miles, has_costs=has_costs) for session in page
        ]
        answer: dict[str, object] = {"data": list_of(data, self._faults)}
        if has_more:
            answer["next_token"] = self._page_tokens.issue(query, after=page[-1].start_ms)
        return JSONResponse(answer)

    def _break_page(self, page: list[ChargingSessionTruth], sessions: list[ChargingSessionTruth]) -> None:
        """Refuse a page that holds the broken session; its number counts all sessions of the car, newest first."""
        number = self._faults.value("history-page-broken")
        if number is None or not 1 <= number <= len(sessions):
            return
        if sessions[int(number) - 1] in page and self._faults.take("history-page-broken"):
            raise CarDataRefusal("CU-500", "One of the sessions cannot be read.")

    async def _image(self, request: Request, caller: Caller) -> Response:
        permitted = await self._permitted(request, caller, key=IMAGE)
        if not self._has_images or self._faults.take("no-image"):
            raise CarDataRefusal("CU-126", "There is no picture of this vehicle.")
        odd = odd_image(self._faults)
        return Response(draw_car(permitted.car.vin) if odd is None else odd, media_type="image/png")

    async def _tyre_diagnosis(self, request: Request, caller: Caller) -> Response:
        permitted = await self._permitted(request, caller, key=TYRE_DIAGNOSIS)
        today = utc_moment(permitted.truth.at_ms).date()
        has_data = not self._faults.take("no-tyre-data")
        return JSONResponse(diagnose_tyres(permitted.car, permitted.truth, today=today, has_data=has_data))

    async def _charging_settings(self, request: Request, caller: Caller) -> Response:
        permitted = await self._permitted(request, caller, key=CHARGING_SETTINGS)
        car, sessions = permitted.car, permitted.charging_sessions
        if car.drivetrain not in {"BEV", "PHEV"} or self._faults.take("no-charging-settings"):
            raise CarDataRefusal("CU-127", "There are no location-based charging settings of this vehicle.")
        token = request.query_params.get("nextToken")
        first = 0 if token is None else self._page_tokens.read(token, [car.vin])
        places = charging_settings.format_charging_settings(sessions, vin=car.vin, gcid=caller.gcid)
        end = first + charging_settings.PAGE_SIZE
        page = [lengthen(place, ["id", "clusterLocationId"], self._faults) for place in places[first:end]]
        answer: dict[str, object] = {"data": list_of(page, self._faults)}
        if len(places) > end or self._faults.take("settings-in-a-ring"):
            answer["nextToken"] = self._page_tokens.issue([car.vin], after=end if len(places) > end else 0)
        return JSONResponse(answer)

    async def _permitted(self, request: Request, caller: Caller, *, key: str | None = None) -> PermittedCar:
        """Return the car of a path; `key` is the descriptor that stands for the resource in a consent."""
        permitted = await self._cars.find(caller, request.path_params["vin"])
        if key is not None:
            caller.check_sees(key)
        return permitted

    def _active(self, caller: Caller, container_id: str) -> ShelvedContainer:
        if not caller.sees_container(container_id):
            raise not_yours()
        return self._containers.active(caller.shelf, container_id)

    async def _list_containers(self, _request: Request, caller: Caller) -> Response:
        return JSONResponse({"containers": self._containers.summaries(caller.shelf)})

    async def _create_container(self, request: Request, caller: Caller) -> Response:
        try:
            asked = read_json(await request.body(), object)
        except NOT_JSON as error:
            raise CarDataRefusal("CU-400", "The body is not JSON.") from error
        return JSONResponse(self._containers.create(caller.shelf, asked).details(), status_code=201)

    async def _container(self, request: Request, caller: Caller) -> Response:
        container_id = check_container_id(request.path_params["container_id"])
        return JSONResponse(self._active(caller, container_id).details())

    async def _delete_container(self, request: Request, caller: Caller) -> Response:
        self._containers.delete(caller.shelf, check_container_id(request.path_params["container_id"]))
        return Response(status_code=204)

    async def _not_here(self, _request: Request, _caller: Caller) -> Response:
        raise CarDataRefusal("CU-400", "CarData does not have this resource.", status=404)


async def _point_out(request: Request) -> Response:
    """Answer 404 to a path as BMW's guide prints it, and name the one that is there."""
    path = request.url.path.replace("/customer/", "/customers/", 1)
    right = path.replace("/vehicles/locationBased", "/vehicles/VIN/locationBased")
    refusal = CarDataRefusal("CU-400", f"There is no {request.url.path}; the path is {right}.", status=404)
    return JSONResponse(refusal.body(), status_code=refusal.status)
