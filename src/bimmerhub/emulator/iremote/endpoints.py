"""The i Remote API below `/webapi/v1`: what it tells of cars. `service_endpoints.py` has the commands."""

import json
from math import asin, cos, radians, sin, sqrt

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bimmerhub.emulator.cars.owner_wishes import PlannerKind
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.emulator.host.regions import region_of
from bimmerhub.emulator.iremote.pictures import draw_view
from bimmerhub.emulator.iremote.places import draw_range_map, list_destinations
from bimmerhub.emulator.iremote.status import describe_status, wrap_status
from bimmerhub.emulator.iremote.trips import describe_all_trips, describe_last_trip
from bimmerhub.emulator.iremote.vehicles import brand_of, describe_vehicle
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle, AccountVehicles
from bimmerhub.emulator.remote.charging_profile_form import TWO_TIMES_KEYS, write_profile
from bimmerhub.emulator.remote.refusals import RemoteRefusal, gone, not_found, util_error
from bimmerhub.emulator.remote.routing import CarHandler, RemoteRouting
from bimmerhub.ids import Gcid

API_PATH = "/webapi/v1"
VEHICLES_PATH = f"{API_PATH}/user/vehicles"
VEHICLE_PATH = VEHICLES_PATH + "/{vin}"
GONE_IN_YEAR = 2021
_EARTH_KM = 6_371.0


class IRemoteRouting:
    """Makes the routes of what BMW has switched off by now."""

    def __init__(self, routing: RemoteRouting, *, faults: Faults) -> None:
        self._routing = routing
        self._faults = faults

    def route(self, path: str, method: str, handler: CarHandler) -> Route:
        """Return a route about one car, `{vin}` in the path."""

        async def unless_gone(request: Request, vehicle: AccountVehicle) -> Response:
            is_late = (self._faults.value("era") or 0) >= GONE_IN_YEAR
            return gone() if is_late or self._faults.take("iremote-gone") else await handler(request, vehicle)

        return self._routing.car_route(path, method, unless_gone)


class IRemoteEndpoints:
    """Vehicles, their state, trips, charging profile, destinations, range and picture."""

    def __init__(self, *, faults: Faults, routing: RemoteRouting, cars: AccountVehicles) -> None:
        self._faults = faults
        self._routing = routing
        self._routing_until_2021 = IRemoteRouting(routing, faults=faults)
        self._cars = cars

    def routes(self) -> list[Route]:
        """Return the routes."""
        handlers: dict[str, CarHandler] = {
            "status": self._status,
            "statistics/lastTrip": self._last_trip,
            "statistics/allTrips": self._all_trips,
            "chargingprofile": self._profile,
            "destinations": self._destinations,
            "rangemap": self._range_map,
            "image": self._image,
        }
        return [
            *(self._routing.account_route(VEHICLES_PATH + slash, "GET", self._vehicles) for slash in ("/", "")),
            self._routing.car_route(VEHICLE_PATH, "GET", self._vehicle),
            *(
                self._routing_until_2021.route(f"{VEHICLE_PATH}/{name}", "GET", handler)
                for name, handler in handlers.items()
            ),
        ]

    async def _vehicles(self, request: Request, gcid: Gcid) -> Response:
        asked = region_of(request.url.hostname or "")
        vehicles = [describe_vehicle(vehicle, asked=asked) for vehicle in await self._cars.list_cars(gcid)]
        if self._faults.take("vehicles-as-list"):
            return JSONResponse(vehicles)
        if vehicles and self._faults.take("vehicles-as-one"):
            return JSONResponse({"vehicle": vehicles[0]})
        return JSONResponse({"vehicles": vehicles})

    async def _vehicle(self, request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse(describe_vehicle(vehicle, asked=region_of(request.url.hostname or "")))

    async def _status(self, request: Request, vehicle: AccountVehicle) -> Response:
        if self._faults.take("status-404"):
            raise not_found()
        if self._faults.take("status-400"):
            raise RemoteRefusal(400)
        asked_from = _read_position(request, vehicle)
        status = describe_status(vehicle, is_too_far=self._is_too_far(asked_from, vehicle))
        if status.get("updateReason") == "CHARGIN_STARTED" and self._faults.take("charging-started-spelt"):
            status["updateReason"] = "CHARGING_STARTED"
        self._make_odd(status)
        return JSONResponse(wrap_status(vehicle, status))

    def _make_odd(self, status: dict[str, object]) -> None:
        """Put in the words that no simulated car has a reason for."""
        charging = status.get("chargingStatus")
        rests = charging not in {None, "INVALID", "CHARGING"}
        if "updateReason" in status and self._faults.take("update-reason-unknown"):
            status["updateReason"] = "UNKNOWN"
        if rests and self._faults.take("cyclic-recharging"):
            is_full = charging == "FINISHED_FULLY_CHARGED"
            status["updateReason"] = "CYCLIC_RECHARGING" if is_full else "NO_CYCLIC_RECHARGING"
        if charging is not None and self._faults.take("last-charge-unknown"):
            status |= {"lastChargingEndReason": "UNKNOWN", "lastChargingEndResult": "UNKNOWN"}

    def _is_too_far(self, asked_from: tuple[float, float] | None, vehicle: AccountVehicle) -> bool:
        """Tell whether an old car keeps its position from who asks; cars of the brand BMW i never do."""
        most_km = self._faults.value("too-far-away")
        if most_km is None or brand_of(vehicle.truth.equipment) == "BMW_I" or not self._faults.take("too-far-away"):
            return False
        here = (vehicle.truth.latitude_deg, vehicle.truth.longitude_deg)
        return asked_from is None or _distance_km(asked_from, here) > most_km

    async def _last_trip(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse({"lastTrip": describe_last_trip(vehicle.truth)})

    async def _all_trips(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse({"allTrips": describe_all_trips(vehicle.truth)})

    async def _profile(self, _request: Request, vehicle: AccountVehicle) -> Response:
        if self._faults.take("profile-500"):
            raise util_error("I-300", "unexpected server error")
        profile = vehicle.truth.profile
        if profile is None:
            raise not_found()
        fields = write_profile(profile, two_times_key=TWO_TIMES_KEYS[0])
        if profile.kind is PlannerKind.TWO_TIMES and self._faults.take("two-times-timer-not-json"):
            text = json.dumps(fields)
            return Response(f"{text[:-2]},{text[-2:]}", media_type="application/json")
        return JSONResponse(fields)

    async def _destinations(self, _request: Request, vehicle: AccountVehicle) -> Response:
        return JSONResponse({"destinations": list_destinations(vehicle.truth)})

    async def _range_map(self, _request: Request, vehicle: AccountVehicle) -> Response:
        if vehicle.truth.equipment.planner is None:
            raise not_found()
        return JSONResponse({"rangemap": draw_range_map(vehicle.truth)})

    async def _image(self, request: Request, vehicle: AccountVehicle) -> Response:
        return Response(draw_view(vehicle.car.vin, request.query_params), media_type="image/png")


def _read_position(request: Request, vehicle: AccountVehicle) -> tuple[float, float] | None:
    """Return where whoever asks says to be; RemoteRefusal when a car of the brand BMW is asked without that."""
    query = request.query_params
    try:
        return float(query["dlat"]), float(query["dlon"])
    except (KeyError, ValueError):
        if brand_of(vehicle.truth.equipment) == "BMW":
            words = "mandatory parameter(s) missed or blank: dlat and dlon are required for BMW vehicles."
            raise util_error("A-101", words) from None
        return None


def _distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    latitude_a, latitude_b = radians(a[0]), radians(b[0])
    half = sin((latitude_b - latitude_a) / 2) ** 2
    half += cos(latitude_a) * cos(latitude_b) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
