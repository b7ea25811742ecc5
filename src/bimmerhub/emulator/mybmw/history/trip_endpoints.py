"""Trips and consumption: "SUSCS". Known from clients only; what they do not read is left out."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cars.records import TripTruth
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.mybmw.access.app_refusals import forbidden, malformed, not_found
from bimmerhub.emulator.mybmw.access.app_routing import AppRouting
from bimmerhub.emulator.mybmw.access.app_units import in_units_of
from bimmerhub.emulator.mybmw.access.china_places import shown_place
from bimmerhub.emulator.mybmw.app_times import read_time
from bimmerhub.emulator.mybmw.history import app_trips
from bimmerhub.emulator.mybmw.history.app_sessions import month_of
from bimmerhub.emulator.mybmw.history.session_endpoints import read_number
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

SUSTAINABILITY = "/eadrax-suscs/v1/vehicles/sustainability"
GCID_HEADER = "x-gcid"
USUAL_PAGE = 100
_FIRST_YEAR = 2022


class MyBmwTripEndpoints:
    """The summary, the trips of a month, one trip, the sums of a month."""

    def __init__(self, *, clock: EmulatorClock, routing: AppRouting) -> None:
        self._clock = clock
        self._routing = routing

    def routes(self) -> list[Route]:
        """Return the routes."""
        handlers = {
            "": self._widget,
            "/widget": self._widget,
            "/trips/history": self._history,
            "/trips/summary/{id}": self._trip,
            "/trips/statistics": self._month_sums,
        }
        return [self._route(SUSTAINABILITY + path, handler) for path, handler in handlers.items()]

    def _route(self, path: str, handler: Callable[[Request, AccountVehicle], Awaitable[Response]]) -> Route:
        async def for_sharers(request: Request, vehicle: AccountVehicle) -> Response:
            if not request.headers.get(GCID_HEADER):
                raise malformed("The header x-gcid is missing.")
            if not vehicle.truth.equipment.shares_statistics:
                raise forbidden()
            return await handler(request, vehicle)

        return self._routing.car(path, "GET", for_sharers, since=_FIRST_YEAR)

    async def _widget(self, request: Request, vehicle: AccountVehicle) -> Response:
        of_month = app_trips.trips_of_month(vehicle.truth, self._month(request))
        return JSONResponse(app_trips.describe_widget(vehicle.truth, of_month))

    async def _history(self, request: Request, vehicle: AccountVehicle) -> Response:
        query = request.query_params
        trips = app_trips.trips_of_month(vehicle.truth, self._month(request))
        offset, limit = read_number(query.get("offset") or "0"), read_number(query.get("limit") or str(USUAL_PAGE))
        return JSONResponse(app_trips.describe_history(trips, offset=offset, limit=limit))

    async def _trip(self, request: Request, vehicle: AccountVehicle) -> Response:
        has_battery = vehicle.truth.charging is not None
        for trip in vehicle.truth.trips:
            if app_trips.trip_id(trip) == request.path_params["id"]:
                shown = _shown(request, trip)
                return in_units_of(request, app_trips.describe_trip(shown, has_battery=has_battery))
        raise not_found()

    async def _month_sums(self, request: Request, vehicle: AccountVehicle) -> Response:
        of_month = app_trips.trips_of_month(vehicle.truth, self._month(request))
        return in_units_of(request, app_trips.describe_month(of_month))

    def _month(self, request: Request) -> tuple[int, int]:
        """Return the month that a request names as YYYY-MM, or as a whole date; without one the present one."""
        text = request.query_params.get("date", "")
        if not text:
            return month_of(self._clock.now_ms())
        moment = read_time(f"{text}-01" if len(text) == len("2026-07") else text)
        return moment.year, moment.month


def _shown(request: Request, trip: TripTruth) -> TripTruth:
    """Return a trip whose ends are where this request's region is told that they are."""
    start = shown_place(request, (trip.start_latitude_deg, trip.start_longitude_deg))
    end = shown_place(request, (trip.end_latitude_deg, trip.end_longitude_deg))
    return replace(
        trip,
        start_latitude_deg=start[0],
        start_longitude_deg=start[1],
        end_latitude_deg=end[0],
        end_longitude_deg=end[1],
    )
