"""The places, routes and habits that a car's navigation learned of its driver, as the customer archive has them.

Names and nesting are those that a reader of real archives expects (observed 2025). Moments come in two of the archive's
shapes: `created` and `modified` with as many digits of the second as there are, `dateTime...` with microseconds.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bimmerhub.emulator.cars.records import TripTruth
from bimmerhub.emulator.cars.world.roads import LatLon, Place, find_route
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.ids import Vin

_BUCKET_MINUTES = 30
_RADIUS_M = 120.0
_EVERY_POINTS = 8
_SEGMENT_POINTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedHabit:
    """A way driven again and again: when each time began (milliseconds since 1970 UTC)."""

    origin: Place
    destination: Place
    starts_ms: tuple[int, ...]


def find_habits(trips: Iterable[TripTruth], places: Sequence[Place]) -> list[LearnedHabit]:
    """Return the ways between known places in order of how often they were driven; `trips` are in order of time."""
    by_name = {place.name: place for place in places}
    starts: dict[tuple[str, str], list[int]] = {}
    for before, trip in pairwise(trips):
        origin, destination = before.to_place, trip.to_place
        if origin in by_name and destination in by_name:
            starts.setdefault((origin, destination), []).append(trip.start_ms)
    ordered = sorted(starts.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        LearnedHabit(origin=by_name[origin], destination=by_name[destination], starts_ms=tuple(when))
        for (origin, destination), when in ordered
    ]


def format_navigation(vin: Vin, habits: Sequence[LearnedHabit]) -> dict[str, object]:
    """Return the content of the learning navigation file."""
    arrivals: dict[Place, list[int]] = {}
    for habit in habits:
        arrivals.setdefault(habit.destination, []).extend(habit.starts_ms)
        arrivals.setdefault(habit.origin, [])
    visited = sorted(arrivals.items(), key=lambda item: (-len(item[1]), item[0].name))
    return {
        "places": [_format_place(vin, place, sorted(visits)) for place, visits in visited if visits],
        "routes": [_format_route(vin, habit) for habit in habits],
        "transitions": [_format_transition(vin, habit) for habit in habits],
    }


def _format_place(vin: Vin, place: Place, visits_ms: Sequence[int]) -> dict[str, object]:
    first_ms, last_ms = visits_ms[0], visits_ms[-1]
    return {
        "clusterHistory": [{"accuracy": 8.0 + number, "coordinates": _point(place.at)} for number in range(3)],
        "departureToUnknownStatistics": _statistics("departureToUnknown", visits_ms[:1]),
        "visitScoreDistributionStatistics": _statistics("visitScoreDistribution", visits_ms),
        "place": {
            "id": _id(vin, place),
            "center": _point(place.at),
            "radius": _RADIUS_M,
            "relevanceScore": round(min(1.0, len(visits_ms) / 20), 3),
            "isBlacklisted": False,
            "userEdited": False,
            "learnedLabel": {"label": _label(place), "successFactor": 0.9},
            **_life(first_ms, last_ms),
            **_dated_life(first_ms, last_ms),
        },
    }


def _format_route(vin: Vin, habit: LearnedHabit) -> dict[str, object]:
    points = find_route(habit.origin, habit.destination).points[::_EVERY_POINTS]
    segments = [points[first : first + _SEGMENT_POINTS] for first in range(0, len(points), _SEGMENT_POINTS)]
    return {
        "route": {
            **_ends(vin, habit, "route"),
            **_life(habit.starts_ms[0], habit.starts_ms[-1]),
            "metadata": [_count(habit)],
            "segments": [
                {"segmentId": number, "locations": [{"location": _point(point)} for point in segment]}
                for number, segment in enumerate(segments)
            ],
        },
        "statistics": _statistics("routeUsage", habit.starts_ms),
    }


def _format_transition(vin: Vin, habit: LearnedHabit) -> dict[str, object]:
    first_ms, last_ms = habit.starts_ms[0], habit.starts_ms[-1]
    return {
        **_ends(vin, habit, "transition"),
        "category": "REGULAR" if len(habit.starts_ms) > 2 else "RARE",  # noqa: PLR2004 - twice is chance
        "isBlacklisted": False,
        "metadata": [_count(habit)],
        "departureStatistics": _statistics("departure", habit.starts_ms),
        **_life(first_ms, last_ms),
        **_dated_life(first_ms, last_ms),
    }


def _statistics(name: str, moments_ms: Sequence[int]) -> dict[str, object]:
    """Return how moments spread over the week, in buckets of half an hour UTC; Monday is 1."""
    buckets = Counter(
        (at.isoweekday(), (at.hour * 60 + at.minute) // _BUCKET_MINUTES) for at in map(utc_moment, moments_ms)
    )
    return {
        "name": name,
        "timeResolution": _BUCKET_MINUTES,
        "entries": [
            {"score": round(times / len(moments_ms), 4), "key": {"timeBucketId": bucket, "weekday": weekday}}
            for (weekday, bucket), times in sorted(buckets.items())
        ],
        **_life(moments_ms[0], moments_ms[-1]),
        **_dated_life(moments_ms[0], moments_ms[-1]),
    }


def _count(habit: LearnedHabit) -> dict[str, object]:
    times = len(habit.starts_ms)
    return {
        "name": "drivenCount",
        "value": str(times),
        "count": times,
        "decayedCount": round(times * 0.8, 2),
        "lastUpdatedTime": _brief(habit.starts_ms[-1]),
    }


def _ends(vin: Vin, habit: LearnedHabit, kind: str) -> dict[str, object]:
    origin, destination = _id(vin, habit.origin), _id(vin, habit.destination)
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind} {origin} {destination}"))
    return {"id": identity, "originId": origin, "destinationId": destination}


def _life(created_ms: int, modified_ms: int) -> dict[str, object]:
    return {"created": _brief(created_ms), "modified": _brief(modified_ms)}


def _dated_life(created_ms: int, modified_ms: int) -> dict[str, object]:
    return {"dateTimeCreated": _micros(created_ms), "dateTimeUpdated": _micros(modified_ms)}


def _id(vin: Vin, place: Place) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"place {vin} {place.name}"))


def _label(place: Place) -> str:
    return next((word.upper() for word in ("home", "work") if word in place.name.split()), "NONE")


def _point(at: LatLon) -> dict[str, object]:
    return {"lat": round(at[0], 6), "lng": round(at[1], 6)}


def _brief(at_ms: int) -> str:
    """Return ISO 8601 UTC with only the digits of the second that count."""
    moment = utc_moment(at_ms)
    return (moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}").rstrip("0").rstrip(".") + "Z"


def _micros(at_ms: int) -> str:
    return utc_moment(at_ms).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
