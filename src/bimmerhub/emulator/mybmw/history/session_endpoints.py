"""The charging history: "CHS" in two versions."""

from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cars.records import ChargingSessionTruth
from bimmerhub.emulator.host.clock import EmulatorClock
from bimmerhub.emulator.mybmw.access.app_refusals import forbidden, malformed, not_found
from bimmerhub.emulator.mybmw.access.app_routing import AppRouting
from bimmerhub.emulator.mybmw.access.app_units import in_units_of
from bimmerhub.emulator.mybmw.access.china_places import shown_place
from bimmerhub.emulator.mybmw.app_times import read_time
from bimmerhub.emulator.mybmw.history import app_sessions
from bimmerhub.emulator.mybmw.history.app_sessions import USUAL_PAGE, SessionWish, month_of
from bimmerhub.emulator.mybmw.history.session_report import MEDIA_TYPE, write_report
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle, AccountVehicles
from bimmerhub.ids import Gcid

CHS = "/eadrax-chs"
V2_FROM_YEAR = 2024
LONGEST_NUMBER = 9


class MyBmwSessionEndpoints:
    """Statistics of a month, the sessions of a month, one session."""

    def __init__(self, *, clock: EmulatorClock, routing: AppRouting, cars: AccountVehicles) -> None:
        self._clock = clock
        self._routing = routing
        self._cars = cars

    def routes(self) -> list[Route]:
        """Return the routes of both versions."""
        old = {"since": 2021, "until": V2_FROM_YEAR - 1}
        new = {"since": V2_FROM_YEAR}
        report = f"{CHS}/v1/charging-sessions/generate-report"
        routes = [self._routing.car(report, "POST", self._report, since=2021)]
        for version, years in (("v1", old), ("v2", new)):
            base, has_costs = f"{CHS}/{version}", version == "v2"
            sessions = partial(self._sessions, has_costs=has_costs)
            routes += [
                self._routing.car(f"{base}/charging-statistics", "GET", self._statistics, **years),
                self._routing.car(f"{base}/charging-sessions", "GET", sessions, **years),
                self._routing.account(f"{base}/charging-sessions/{{id}}", "GET", self._session, **years),
            ]
        return routes

    async def _statistics(self, request: Request, vehicle: AccountVehicle) -> Response:
        sessions = self._recorded(vehicle)
        month = self._month(request.query_params.get("currentDate", ""))
        of_month = app_sessions.sessions_of_month(sessions, month, now_ms=self._clock.now_ms())
        return JSONResponse(app_sessions.describe_statistics(of_month, month))

    async def _sessions(self, request: Request, vehicle: AccountVehicle, *, has_costs: bool) -> Response:
        query, now_ms = request.query_params, self._clock.now_ms()
        has_picker = query.get("include_date_picker", "").lower() == "true"
        month = month_of(now_ms) if has_picker else self._month(query.get("date", ""))
        wish = SessionWish(
            month=month,
            offset=read_number(query.get("next_token") or "0"),
            most=read_number(query.get("maxResults") or query.get("max_results") or str(USUAL_PAGE)),
        )
        sessions = self._recorded(vehicle)
        of_month = app_sessions.sessions_of_month(sessions, month, now_ms=now_ms)
        picker = app_sessions.describe_date_picker(sessions, month, now_ms=now_ms) if has_picker else None
        answer = app_sessions.describe_sessions(of_month, wish, now_ms=now_ms, has_costs=has_costs)
        return JSONResponse({**answer, "datePicker": picker})

    async def _report(self, request: Request, vehicle: AccountVehicle) -> Response:
        if request.query_params.get("format", "xlsx") != "xlsx":
            raise malformed("The format is xlsx.")
        month = self._month(request.query_params.get("currentDate", ""))
        sessions = app_sessions.sessions_of_month(self._recorded(vehicle), month, now_ms=self._clock.now_ms())
        return Response(write_report(sessions), media_type=MEDIA_TYPE)

    async def _session(self, request: Request, gcid: Gcid) -> Response:
        wanted = request.path_params["id"]
        for vehicle in await self._cars.list_cars(gcid):
            for session in vehicle.truth.charging_sessions:
                if app_sessions.session_id(session) == wanted:
                    latitude, longitude = shown_place(request, (session.latitude_deg, session.longitude_deg))
                    shown = replace(session, latitude_deg=latitude, longitude_deg=longitude)
                    return in_units_of(request, app_sessions.describe_session(shown))
        raise not_found()

    def _recorded(self, vehicle: AccountVehicle) -> tuple[ChargingSessionTruth, ...]:
        """Return the sessions of a car; RemoteRefusal for one without a plug, or whose people share nothing."""
        if vehicle.truth.profile is None:
            raise not_found()
        if not vehicle.truth.equipment.shares_statistics:
            raise forbidden()
        return vehicle.truth.charging_sessions

    def _month(self, text: str) -> tuple[int, int]:
        """Return year and month of a date; only the month of it counts. Without one it is the present one."""
        if not text:
            return month_of(self._clock.now_ms())
        moment = read_time(text)
        return moment.year, moment.month


def read_number(text: str) -> int:
    """Return a number of 0 or more; RemoteRefusal for what is none."""
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_NUMBER:
        raise malformed(f"{text[:20]!r} is no number.")
    return int(text)
