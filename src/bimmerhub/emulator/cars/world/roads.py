"""Places and the roads between them: polylines with a time for each point.

Between the same two places the road is always the same.
"""

import math
import random
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

KM_PER_DEGREE = 111.195
STEP_KM = 0.12
TOWN_KM = 1.8
TOWN_KMH, ROAD_KMH, MOTORWAY_KMH = 34.0, 78.0, 112.0
MOTORWAY_FROM_KM = 25.0
LIGHT_EVERY_KM, LIGHT_IS_RED = 0.5, 0.35

LatLon = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somewhere a car is parked."""

    name: str
    at: LatLon


@dataclass(frozen=True, slots=True)
class Route:
    """A way with its points, and the kilometres and seconds from the start to each of them.

    `stops_s` are the waits at red lights: from when to when, in seconds from the start.
    """

    points: tuple[LatLon, ...]
    km: tuple[float, ...]
    seconds: tuple[float, ...]
    stops_s: tuple[tuple[float, float], ...] = ()

    @property
    def length_km(self) -> float:
        """How long the way is."""
        return self.km[-1]

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.seconds[-1]

    def km_at(self, elapsed_s: float) -> float:
        """Return how far one has come after some seconds."""
        index, share = self._segment(elapsed_s)
        return self.km[index] + share * (self.km[index + 1] - self.km[index])

    def position_at(self, elapsed_s: float) -> LatLon:
        """Return where one is after some seconds."""
        index, share = self._segment(elapsed_s)
        (lat, lon), (next_lat, next_lon) = self.points[index], self.points[index + 1]
        return lat + share * (next_lat - lat), lon + share * (next_lon - lon)

    def heading_at(self, elapsed_s: float) -> int:
        """Return the direction of travel in degrees clockwise from north; at a red light, the one before it."""
        index, _ = self._segment(elapsed_s)
        if self.points[index] == self.points[index + 1] and index > 0:
            index -= 1
        (lat, lon), (next_lat, next_lon) = self.points[index], self.points[index + 1]
        east = (next_lon - lon) * math.cos(math.radians(lat))
        return round(math.degrees(math.atan2(east, next_lat - lat))) % 360

    def speed_kmh_at(self, elapsed_s: float) -> float:
        """Return the speed after some seconds."""
        index, _ = self._segment(elapsed_s)
        span_s = self.seconds[index + 1] - self.seconds[index]
        return (self.km[index + 1] - self.km[index]) / span_s * 3600 if span_s else 0.0

    def halts(self) -> list[tuple[int, bool]]:
        """Return when the car stands (False) and moves again (True), in whole seconds from the start, not too early."""
        return [
            (math.ceil(second), moves)
            for stop in self.stops_s
            for second, moves in zip(stop, (False, True), strict=True)
        ]

    def _segment(self, elapsed_s: float) -> tuple[int, float]:
        index = min(max(bisect_right(self.seconds, elapsed_s) - 1, 0), len(self.seconds) - 2)
        span = self.seconds[index + 1] - self.seconds[index]
        return index, min(max((elapsed_s - self.seconds[index]) / span, 0.0), 1.0) if span else 1.0


def distance_km(start: LatLon, end: LatLon) -> float:
    """Return the distance of two near points, on a plane: good to a permille at 100 km."""
    north = (end[0] - start[0]) * KM_PER_DEGREE
    east = (end[1] - start[1]) * KM_PER_DEGREE * math.cos(math.radians((start[0] + end[0]) / 2))
    return math.hypot(north, east)


def point_at(start: LatLon, *, km: float, bearing_deg: float) -> LatLon:
    """Return the point some kilometres away in a direction."""
    north, east = km * math.cos(math.radians(bearing_deg)), km * math.sin(math.radians(bearing_deg))
    return (
        start[0] + north / KM_PER_DEGREE,
        start[1] + east / (KM_PER_DEGREE * math.cos(math.radians(start[0]))),
    )


def point_between(start: LatLon, end: LatLon, *, km: float) -> LatLon:
    """Return the point so many kilometres from the start straight towards the end, at most four fifths of the way."""
    share = min(0.8, km / max(distance_km(start, end), 0.001))
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


@lru_cache(maxsize=32)
def find_route(start: Place, end: Place) -> Route:
    """Return the road between two places: streets at both ends, a winding road between, corners rounded."""
    chance = random.Random(f"road {start.name} {end.name}")  # noqa: S311 - scenery
    points = _evenly(_rounded(_corners(start.at, end.at, chance)))
    km = [0.0]
    for a, b in pairwise(points):
        km.append(km[-1] + distance_km(a, b))
    total_km = km[-1]
    open_road_kmh = MOTORWAY_KMH if total_km > MOTORWAY_FROM_KM else ROAD_KMH
    seconds = [0.0]
    for a_km, b_km in pairwise(km):
        edge_km = min(a_km, total_km - a_km)
        town_share = max(0.0, 1 - edge_km / TOWN_KM)
        kmh = open_road_kmh - (open_road_kmh - TOWN_KMH) * town_share
        seconds.append(seconds[-1] + (b_km - a_km) / kmh * 3600)
    return Route(tuple(points), tuple(km), tuple(seconds))


def with_red_lights(route: Route, chance: random.Random) -> Route:
    """Return the route as driven once, with waits at some of its lights; there are lights in town only."""
    points, km, seconds = [route.points[0]], [0.0], [0.0]
    stops: list[tuple[float, float]] = []
    next_light_km = chance.uniform(0.2, LIGHT_EVERY_KM)
    for index in range(1, len(route.points)):
        points.append(route.points[index])
        km.append(route.km[index])
        seconds.append(seconds[-1] + route.seconds[index] - route.seconds[index - 1])
        rest_km = route.length_km - km[-1]
        if min(km[-1], rest_km) > TOWN_KM or km[-1] < next_light_km or rest_km < STEP_KM:
            continue
        next_light_km = km[-1] + LIGHT_EVERY_KM
        if chance.random() < LIGHT_IS_RED:
            stops.append((seconds[-1], seconds[-1] + chance.uniform(8, 45)))
            points.append(points[-1])
            km.append(km[-1])
            seconds.append(stops[-1][1])
    return Route(tuple(points), tuple(km), tuple(seconds), tuple(stops))


def _corners(start: LatLon, end: LatLon, chance: random.Random) -> list[LatLon]:
    straight_km = max(distance_km(start, end), 0.5)
    street_km = min(0.35, straight_km / 6)
    first = point_at(start, km=street_km, bearing_deg=chance.choice((0, 90, 180, 270)))
    last = point_at(end, km=street_km, bearing_deg=chance.choice((0, 90, 180, 270)))
    bends = max(2, round(straight_km / 2.5))
    middle = []
    for bend in range(1, bends):
        share = bend / bends
        lat = first[0] + share * (last[0] - first[0])
        lon = first[1] + share * (last[1] - first[1])
        sideways_km = chance.uniform(-0.09, 0.09) * straight_km / bends * 3
        middle.append(point_at((lat, lon), km=sideways_km, bearing_deg=chance.uniform(0, 360)))
    return [start, first, *middle, last, end]


def _rounded(points: list[LatLon]) -> list[LatLon]:
    """Cut the corners twice (Chaikin), keeping both ends."""
    for _ in range(2):
        cut: list[LatLon] = [points[0]]
        for (a_lat, a_lon), (b_lat, b_lon) in pairwise(points):
            cut.append((0.75 * a_lat + 0.25 * b_lat, 0.75 * a_lon + 0.25 * b_lon))
            cut.append((0.25 * a_lat + 0.75 * b_lat, 0.25 * a_lon + 0.75 * b_lon))
        points = [*cut, points[-1]]
    return points


def _evenly(points: list[LatLon]) -> list[LatLon]:
    """Add points until no two neighbours are farther apart than STEP_KM."""
    dense: list[LatLon] = [points[0]]
    for a, b in pairwise(points):
        pieces = max(1, math.ceil(distance_km(a, b) / STEP_KM))
        dense += [
            (a[0] + (b[0] - a[0]) * piece / pieces, a[1] + (b[1] - a[1]) * piece / pieces)
            for piece in range(1, pieces + 1)
        ]
    return dense
