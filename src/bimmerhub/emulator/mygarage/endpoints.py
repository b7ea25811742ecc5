"""The HTTP addresses of My Garage: of 2021 to 2023, of the collection of 2023, and of 2026."""

from collections.abc import Awaitable, Callable
from urllib.parse import SplitResult, parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.answers.image import draw_car
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.mygarage import recall_answers
from bimmerhub.emulator.mygarage.envelopes import failure
from bimmerhub.emulator.mygarage.forwarding import Forwarded, answer_profile, answer_target
from bimmerhub.emulator.mygarage.garage_admission import GarageAdmission, GarageCaller
from bimmerhub.emulator.mygarage.garages import Garages
from bimmerhub.emulator.mygarage.targets import TARGETS
from bimmerhub.emulator.mygarage.value_services import list_value_services
from bimmerhub.emulator.mygarage.warranty import describe_unknown, describe_warranty
from bimmerhub.emulator.remote.broken_site import broken_answer
from bimmerhub.emulator.remote.refusals import RemoteRefusal, bad_request, not_found

SERVICES_PATH = "/bin/my-garage-services"
FORWARD_PATH = "/bin/api/forward"
CODE_RECEIVER_PATH = "/content/mybmw/en/code-receiver.html"
PICTURES_PATH = "/content/dam/mybmw/pictures"
NHTSA_PATH = "/safetyrecall/resources/v1/api/bmwusa/vin"
_PAGE_ONLY = "The site's own page; nothing of it is emulated.\n"

Handler = Callable[[Request], Awaitable[Response]]
CallerHandler = Callable[[Request, GarageCaller], Awaitable[Response]]


class GarageEndpoints:
    """mygarage.bmwusa.com and mygarage.miniusa.com."""

    def __init__(self, *, clock: EmulatorClock, faults: Faults, admission: GarageAdmission, garages: Garages) -> None:
        self._clock = clock
        self._faults = faults
        self._admission = admission
        self._garages = garages

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._signed_route(f"{SERVICES_PATH}/recalls", self._recalls),
            self._signed_route(f"{SERVICES_PATH}/connected-drive/mapping", self._mapping),
            self._signed_route(f"{SERVICES_PATH}/offers", self._offers),
            self._signed_route(f"{SERVICES_PATH}/forward", self._forward_2026),
            self.route(FORWARD_PATH, self._forward),
            self.route("/bin/mybmw/warranty-and-service", self._warranty),
            self.route("/bin/mybmw/getRecalls", self._get_recalls),
            self.route("/bin/mybmw/cd", self._connected_drive),
            self.route("/content/dam/mybmw/value-service/valueService.json", _value_services),
            self.route("/content/dam/mybmw/endpoints/Endpoints.json", _endpoints),
            self.route("/content/dam/mybmw/resources/managevehicles/findVehicleByVIN", _nothing),
            Route(f"{PICTURES_PATH}/{{rest:path}}", _picture, methods=["GET"]),
            Route(CODE_RECEIVER_PATH, _page, methods=["GET"]),
        ]

    async def _recalls(self, _request: Request, caller: GarageCaller) -> Response:
        car = await self._garages.car_of(caller.gcid, caller.vin)
        if car is None:
            raise not_found()
        return JSONResponse(
            recall_answers.describe_recalls(
                car.vin or "", car, open_recalls=self._open_recalls(), now_ms=self._clock.now_ms()
            )
        )

    async def _mapping(self, _request: Request, caller: GarageCaller) -> Response:
        """Answer how the cars and the owner belong together; the form is invented."""
        cars = await self._garages.list_cars(caller.gcid)
        relations = [
            {"vin": car.vin, "productionNumber": car.production_number, "relationshipType": "ESA", "brand": "BM"}
            for car in cars
            if car.owned is not None
        ]
        return JSONResponse({"gcid": caller.gcid, "mappings": relations})

    async def _offers(self, request: Request, _caller: GarageCaller) -> Response:
        """Answer what can be subscribed to; the form is invented."""
        brand = request.query_params.get("brand", "BMW")
        offer = {"id": "remote-engine-start", "name": "Remote Engine Start", "price": 105.0, "currency": "USD"}
        return JSONResponse({"brand": brand, "offers": [offer]})

    async def _forward_2026(self, request: Request, caller: GarageCaller) -> Response:
        target = _read_target(request.query_params.get("target", ""))
        forwarded = await self._forwarded(request, caller, target.query)
        answer = answer_profile(target.path, forwarded)
        if answer is None:
            raise not_found()
        return JSONResponse(failure("500", "The service failed.") if self._faults.take("forward-errors") else answer)

    async def _forward(self, request: Request) -> Response:
        """Forward to a target of 2021 to 2023; who is not signed in is told so in the envelope (inferred)."""
        if "authorization" not in request.headers:
            return JSONResponse(failure("401", "The session has expired."))
        caller = self._admission.admit(request)
        if self._faults.take("forward-errors"):
            return JSONResponse(failure("500", "The service failed."))
        target = _read_target(request.query_params.get("targetURL", ""))
        return JSONResponse(answer_target(target.path, await self._forwarded(request, caller, target.query)))

    async def _warranty(self, request: Request) -> Response:
        car = await self._garages.car_anywhere(request.query_params.get("vin", ""))
        return JSONResponse(describe_unknown() if car is None else describe_warranty(car, now_ms=self._clock.now_ms()))

    async def _get_recalls(self, request: Request) -> Response:
        target = request.query_params.get("targetVin", "")
        if not target.startswith("/vin/") or any(mark in target for mark in "{}"):
            return HTMLResponse(recall_answers.invalid_target_page(target), status_code=500)
        return await self._tell_recalls(target.removeprefix("/vin/"))

    async def _connected_drive(self, request: Request) -> Response:
        """Answer the phone number that the car calls; the form is invented, and who is not signed in gets none."""
        if "authorization" not in request.headers:
            return JSONResponse(failure("401", "The session has expired."))
        caller = self._admission.admit(request)
        if request.query_params.get("target") != "getPhoneNumber":
            raise bad_request("The target does not exist.")
        car = await self._garages.car_of(caller.gcid, request.query_params.get("vin") or caller.vin)
        if car is None:
            raise not_found()
        return JSONResponse({"vin": car.vin, "phoneNumber": f"+1555{car.production_number}"})

    async def tell_nhtsa(self, request: Request) -> Response:
        """Answer as the service behind the recalls; any key will do."""
        return await self._tell_recalls(request.path_params["vin"])

    async def _tell_recalls(self, vin: str) -> Response:
        car = await self._garages.car_anywhere(vin)
        return JSONResponse(
            recall_answers.describe_recalls(vin, car, open_recalls=self._open_recalls(), now_ms=self._clock.now_ms())
        )

    async def _forwarded(self, request: Request, caller: GarageCaller, target_query: str) -> Forwarded:
        query = {**request.query_params, **dict(parse_qsl(target_query))}
        vin = query.get("vin") or caller.vin
        return Forwarded(
            garage=await self._garages.list_cars(caller.gcid),
            car=await self._garages.car_of(caller.gcid, vin),
            query=query,
            picture_url=str(request.base_url).rstrip("/") + PICTURES_PATH,
            now_ms=self._clock.now_ms(),
        )

    def _open_recalls(self) -> int:
        return int(self._faults.value("recalls-open") or 0)

    def _signed_route(self, path: str, handler: CallerHandler) -> Route:
        async def admitted(request: Request) -> Response:
            return await handler(request, self._admission.admit(request))

        return self.route(path, admitted)

    def route(self, path: str, handler: Handler) -> Route:
        """Return a route that can be told to misbehave, and to want a Referer."""

        async def endpoint(request: Request) -> Response:
            broken = await broken_answer("garage", faults=self._faults, clock=self._clock)
            if broken is not None:
                return broken
            try:
                self._admission.check_referer(request)
                return await handler(request)
            except RemoteRefusal as refusal:
                return refusal.answer()

        return Route(path, endpoint, methods=["GET"])


class NhtsaEndpoints:
    """nhtsa.bmwgroup.com: the recalls' own service."""

    def __init__(self, garage: GarageEndpoints) -> None:
        self._garage = garage

    def routes(self) -> list[Route]:
        """Return the route."""
        return [self._garage.route(f"{NHTSA_PATH}/{{vin}}", self._garage.tell_nhtsa)]


async def _value_services(_request: Request) -> Response:
    return JSONResponse(list_value_services())


async def _endpoints(_request: Request) -> Response:
    return JSONResponse(dict(TARGETS))


async def _nothing(_request: Request) -> Response:
    return PlainTextResponse("Not Found", status_code=404)


async def _picture(request: Request) -> Response:
    return Response(draw_car(request.path_params["rest"]), media_type="image/png")


async def _page(_request: Request) -> Response:
    return PlainTextResponse(_PAGE_ONLY)


def _read_target(text: str) -> SplitResult:
    """Return path and query of what is to be forwarded to; RemoteRefusal for what is no address."""
    try:
        return urlsplit(text)
    except ValueError as error:
        raise bad_request("The target does not exist.") from error
