"""Places as they are told in China: in the coordinates that its law demands (GCJ-02), some hundred metres off.

That the app's API tells them there, and takes a place to send so, is known from clients and inferred. The formula is
the one that is in public use; the way back is found by trying, good to a centimetre.
"""

import math
from dataclasses import replace

from starlette.requests import Request

from bimmerhub.emulator.host.regions import UserRegion
from bimmerhub.emulator.mybmw.access.app_agents import read_agent
from bimmerhub.emulator.mybmw.access.app_regions import app_region_of
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle

Place = tuple[float, float]
"""Latitude and longitude in degrees."""
AXIS_M, FLATNESS = 6_378_245.0, 0.00669342162296594323
LATITUDES, LONGITUDES = (0.8293, 55.8271), (72.004, 137.8347)
ROUNDS = 6


def is_in_china(request: Request) -> bool:
    """Tell whether a request is for China: by BMW's host, else by the app's own word."""
    return app_region_of(request, read_agent(request, year=None)) is UserRegion.CN


def shown_vehicle(request: Request, vehicle: AccountVehicle) -> AccountVehicle:
    """Return a car as this request's region is told where it is."""
    if not is_in_china(request):
        return vehicle
    latitude, longitude = to_gcj((vehicle.truth.latitude_deg, vehicle.truth.longitude_deg))
    truth = replace(vehicle.truth, latitude_deg=latitude, longitude_deg=longitude)
    return replace(vehicle, last_state=replace(vehicle.last_state, truth=truth))


def shown_place(request: Request, place: Place) -> Place:
    """Return a place as this request's region is told it."""
    return to_gcj(place) if is_in_china(request) else place


def meant_place(request: Request, place: Place) -> Place:
    """Return the place that a request means by its coordinates."""
    return from_gcj(place) if is_in_china(request) else place


def to_gcj(place: Place) -> Place:
    """Return a place of WGS 84 in GCJ-02; outside China it is the same."""
    latitude, longitude = place
    if not (LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]):
        return place
    north, east = _shift_m(longitude - 105, latitude - 35)
    flat = 1 - FLATNESS * math.sin(math.radians(latitude)) ** 2
    per_degree_north = AXIS_M * (1 - FLATNESS) / (flat * math.sqrt(flat)) * math.pi / 180
    per_degree_east = AXIS_M / math.sqrt(flat) * math.cos(math.radians(latitude)) * math.pi / 180
    return latitude + north / per_degree_north, longitude + east / per_degree_east


def from_gcj(place: Place) -> Place:
    """Return a place of GCJ-02 in WGS 84."""
    guess = place
    for _ in range(ROUNDS):
        there = to_gcj(guess)
        guess = guess[0] + place[0] - there[0], guess[1] + place[1] - there[1]
    return guess


def _shift_m(x: float, y: float) -> Place:
    """Return how far north and east a place is moved, in metres; x and y are degrees from 105 east, 35 north."""

    def wave(height: float, angle: float) -> float:
        return height * math.sin(angle * math.pi) * 2 / 3

    ripple = wave(20, 6 * x) + wave(20, 2 * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + ripple
    north += wave(20, y) + wave(40, y / 3) + wave(160, y / 12) + wave(320, y / 30)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + ripple
    east += wave(20, x) + wave(40, x / 3) + wave(150, x / 12) + wave(300, x / 30)
    return north, east
