"""The portal as a person sees it: vehicles, BMW CarData, and which descriptors are streamed.

The pages work without JavaScript; who is signed in is the business of `visits`.

Programs can post the same forms: `user` and `password` to `/mybmw/sign-in`; the hidden `csrf` and an `action`
(`create`, `delete`, `subscribe-api`, `unsubscribe-api`, `subscribe-stream`, `unsubscribe-stream`, `authenticate`,
`reset`) to `/mybmw/vehicles/VIN/cardata`; `csrf`, `do` (`save`, `all`, `none`), `q` and each `key` to
`/mybmw/vehicles/VIN/stream`.
"""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cardata.catalogue import streamable_keys
from bimmerhub.emulator.cars import CarIdentity
from bimmerhub.emulator.customer_portal.html import (
    PORTAL_PATH,
    CarDataState,
    ServiceState,
    cardata_html,
    cardata_path,
    overview_html,
    sign_in_html,
    ticks_html,
    ticks_path,
)
from bimmerhub.emulator.customer_portal.portal import Portal
from bimmerhub.emulator.customer_portal.registrations import PortalRefusal
from bimmerhub.emulator.customer_portal.visits import Visit, VisitHandler, Visits
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.page_frame import page, read_field
from bimmerhub.emulator.owners.emulated_accounts import Service
from bimmerhub.emulator.sign_in.link_pages import SIGN_IN_TROUBLE
from bimmerhub.ids import Gcid, Vin

_SERVICES = (
    (Service.API, "CarData API", "Lets programs ask for the data of your vehicles: the scope cardata:api:read."),
    (Service.STREAM, "CarData Stream", "Sends what your vehicles tell: the scope cardata:streaming:read."),
)


class PortalPages:
    """`/mybmw` and what is below it. `cars` returns an account's cars, `stream_address` the broker's host and port."""

    def __init__(
        self,
        portal: Portal,
        *,
        clock: EmulatorClock,
        cars: Callable[[Gcid], Sequence[CarIdentity]],
        stream_address: Callable[[], tuple[str, int]],
        visits: Visits,
    ) -> None:
        self._portal = portal
        self._clock = clock
        self._cars = cars
        self._stream_address = stream_address
        self._visits = visits

    def routes(self) -> list[Route]:
        """Return the routes of the pages."""
        cardata, ticks = cardata_path(Vin("{vin}")), ticks_path(Vin("{vin}"))
        return [
            Route(PORTAL_PATH, self._show_overview, methods=["GET"]),
            Route(f"{PORTAL_PATH}/sign-in", self._sign_in, methods=["POST"]),
            Route(f"{PORTAL_PATH}/sign-out", self._signed_in(self._sign_out), methods=["POST"]),
            Route(cardata, self._signed_in(self._show_cardata), methods=["GET"]),
            Route(cardata, self._signed_in(self._act), methods=["POST"]),
            Route(ticks, self._signed_in(self._show_ticks), methods=["GET"]),
            Route(ticks, self._signed_in(self._save_ticks), methods=["POST"]),
        ]

    def _signed_in(self, handler: VisitHandler) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint for signed-in people only, which shows what BMW does not allow now."""

        async def refusable(request: Request, visit: Visit) -> Response:
            try:
                return await handler(request, visit)
            except PortalRefusal as refusal:
                return self._cardata_page(self._car(request, visit), visit, trouble=str(refusal))

        return self._visits.signed_in(refusable)

    async def _show_overview(self, request: Request) -> Response:
        visit = self._visits.find(request)
        if visit is None:
            return page("Sign in", sign_in_html())
        return page("My vehicles", self._overview(visit))

    async def _sign_in(self, request: Request) -> Response:
        user = await read_field(request, "user")
        account = self._portal.identity.sign_in(user, await read_field(request, "password"))
        if account is None:
            return page("Sign in", sign_in_html(user=user), trouble=SIGN_IN_TROUBLE)
        return self._visits.begin(account, request)

    async def _sign_out(self, request: Request, _visit: Visit) -> Response:
        return self._visits.end(request)

    async def _show_cardata(self, request: Request, visit: Visit) -> Response:
        return self._cardata_page(self._car(request, visit), visit)

    async def _act(self, request: Request, visit: Visit) -> Response:
        car = self._car(request, visit)
        if car is not None:
            self._do(await read_field(request, "action"), visit)
        return RedirectResponse(PORTAL_PATH if car is None else cardata_path(car.vin), status_code=303)

    def _do(self, action: str, visit: Visit) -> None:
        """Do what a button says, and leave a message for the next page; PortalRefusal when BMW does not allow it."""
        verb, _, service = action.partition("-")
        match verb:
            case "create":
                visit.new_client_id = self._portal.create_client(visit.gcid).client_id
            case "delete":
                self._portal.delete_client(visit.gcid)
                visit.done = "The client is deleted."
            case "subscribe" if service in set(Service):
                self._portal.subscribe(visit.gcid, Service(service))
                visit.done = "Subscribed."
            case "unsubscribe" if service in set(Service):
                self._portal.unsubscribe(visit.gcid, Service(service))
                visit.done = "Unsubscribed. Programs must sign in again."
            case "authenticate":
                consumed = self._portal.authenticate_device(visit.gcid)
                visit.done = f"Device authenticated. (Emulator's note: {consumed} sign-ins under way are denied now.)"
            case "reset":
                self._portal.reset_cardata(visit.gcid)
                visit.done = "BMW CarData is reset."
            case _:
                raise PortalRefusal("This page does not know that button.")

    async def _show_ticks(self, request: Request, visit: Visit) -> Response:
        car = self._car(request, visit)
        if car is None or car.is_motorcycle or not self._may_stream(visit.gcid):
            return self._cardata_page(car, visit)
        search = request.query_params.get("q", "").strip()
        ticked = self._portal.ticks.of_car(visit.gcid, car.vin) or frozenset()
        body = ticks_html(car.vin, shown=_search_keys(search), ticked=ticked, search=search, csrf=visit.csrf)
        return page("Configure data stream", body, is_wide=True)

    async def _save_ticks(self, request: Request, visit: Visit) -> Response:
        car = self._car(request, visit)
        if car is None or car.is_motorcycle:
            raise PortalRefusal("No stream for Motorrad.")
        form = await request.form()
        shown = set(_search_keys(await read_field(request, "q")))
        chosen = {"all": shown, "none": set[str]()}.get(
            await read_field(request, "do"), {str(key) for key in form.getlist("key")} & shown
        )
        before = self._portal.ticks.of_car(visit.gcid, car.vin) or frozenset()
        vins = [other.vin for other in self._cars(visit.gcid) if not other.is_motorcycle]
        self._portal.configure_stream(visit.gcid, car.vin, (before - shown) | chosen, all_vins=vins)
        visit.done = "Saved. The stream is ready."
        return RedirectResponse(cardata_path(car.vin), status_code=303)

    def _car(self, request: Request, visit: Visit) -> CarIdentity | None:
        """Return the car of the path, None when the account has no such car."""
        asked = request.path_params.get("vin")
        return next((car for car in self._cars(visit.gcid) if car.vin == asked), None)

    def _overview(self, visit: Visit) -> str:
        return overview_html(
            self._cars(visit.gcid),
            user=visit.user,
            csrf=visit.csrf,
            grants=len(self._portal.granted.of_owner(visit.gcid)),
        )

    def _may_stream(self, gcid: Gcid) -> bool:
        client = self._portal.registrations.client_of(gcid)
        return client is not None and Service.STREAM in client.services

    def _cardata_page(self, car: CarIdentity | None, visit: Visit, *, trouble: str = "") -> Response:
        if car is None:
            words = trouble or "There is no such vehicle in your account."
            return page("My vehicles", self._overview(visit), trouble=words)
        body = cardata_html(self._cardata_state(car, visit))
        if not trouble:
            visit.done, visit.new_client_id = "", None
        return page("BMW CarData", body, trouble=trouble, is_wide=True)

    def _cardata_state(self, car: CarIdentity, visit: Visit) -> CarDataState:
        ticked = self._portal.ticks.of_car(visit.gcid, car.vin)
        host, port = self._stream_address()
        return CarDataState(
            car=car,
            gcid=visit.gcid,
            csrf=visit.csrf,
            has_client=self._portal.registrations.client_of(visit.gcid) is not None,
            new_client_id=visit.new_client_id,
            done=visit.done,
            services=self._service_states(visit.gcid),
            may_stream=self._may_stream(visit.gcid),
            ticked=None if ticked is None else len(ticked),
            stream_host=host,
            stream_port=port,
        )

    def _service_states(self, gcid: Gcid) -> list[ServiceState]:
        client = self._portal.registrations.client_of(gcid)
        counts_from_ms = {} if client is None else client.services
        states = []
        for service, title, explanation in _SERVICES:
            wait_ms = counts_from_ms.get(service, 0) - self._clock.now_ms()
            states.append(
                ServiceState(
                    name=service,
                    title=title,
                    explanation=explanation,
                    is_subscribed=service in counts_from_ms,
                    starts_in_s=-(-wait_ms // 1000) if wait_ms > 0 else None,
                )
            )
        return states


def _search_keys(search: str) -> list[str]:
    """Return the streamable keys that hold every word of a search, in order."""
    words = search.casefold().split()
    return [key for key in sorted(streamable_keys()) if all(word in key.casefold() for word in words)]
