"""A route of an older service: let in, answered, or refused."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.host.gateway import bad_gateway
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle, AccountVehicles
from bimmerhub.emulator.remote.refusals import RemoteRefusal, not_found, server_error
from bimmerhub.ids import Gcid

AccountHandler = Callable[[Request, Gcid], Awaitable[Response]]
CarHandler = Callable[[Request, AccountVehicle], Awaitable[Response]]


class RequestAdmission(Protocol):
    """Who decides which requests a service lets in."""

    def admit(self, request: Request) -> Gcid:
        """Return whose request it is; RemoteRefusal when it is not let in."""
        ...


class RemoteRouting:
    """Makes the routes of a service out of its handlers.

    While `gone_fault` is on, and from `gone_from_year` of the fault "era" on, everything is 404; with `softening_fault`
    refusals have status 200.
    """

    def __init__(
        self,
        *,
        clock: EmulatorClock,
        faults: Faults,
        admission: RequestAdmission,
        cars: AccountVehicles,
        gone_fault: str | None = None,
        gone_from_year: int | None = None,
        softening_fault: str | None = None,
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._admission = admission
        self._cars = cars
        self._gone_fault = gone_fault
        self._gone_from_year = gone_from_year
        self._softening_fault = softening_fault

    def account_route(self, path: str, method: str, handler: AccountHandler) -> Route:
        """Return a route for somebody who is signed in."""

        async def endpoint(request: Request) -> Response:
            broken = await self._broken()
            if broken is not None:
                return broken
            try:
                return await handler(request, self._admission.admit(request))
            except RemoteRefusal as refusal:
                is_softened = self._softening_fault is not None and self._faults.take(self._softening_fault)
                return refusal.answer(status=200 if is_softened else None)

        return Route(path, endpoint, methods=[method])

    def car_route(self, path: str, method: str, handler: CarHandler) -> Route:
        """Return a route about one car, `{vin}` in the path; 404 when the account does not have it."""

        async def about_car(request: Request, gcid: Gcid) -> Response:
            vehicle = await self._cars.find(gcid, request.path_params["vin"])
            if vehicle is None:
                raise not_found()
            return await handler(request, vehicle)

        return self.account_route(path, method, about_car)

    async def _broken(self) -> Response | None:
        slow_s = self._faults.take_value("older-slow")
        if slow_s is not None:
            await self._clock.sleep_until(self._clock.now_ms() + round(slow_s * 1000))
        year = self._faults.value("era")
        is_over = self._gone_from_year is not None and year is not None and year >= self._gone_from_year
        if is_over or (self._gone_fault is not None and self._faults.take(self._gone_fault)):
            return Response(status_code=404)
        if self._faults.take("older-not-json"):
            return bad_gateway()
        return server_error() if self._faults.take("older-500") else None
