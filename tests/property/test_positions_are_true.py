"""Positions made of what a simulated i5 told in a week, held against where it was; `pytest -s` prints the figures."""

import math

import pytest
from tests.emulated import HeardCars

from bimmerhub.domain.positions import LATITUDE, LONGITUDE, Coordinate, Quality, pair_positions

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
DAYS = 7
DAY_MS = 86_400_000
METRES_PER_DEGREE = 111_200
SEED = 7


def metres_apart(latitude_deg: float, longitude_deg: float, truth: dict[str, float]) -> float:
    north = (latitude_deg - truth["latitude_deg"]) * METRES_PER_DEGREE
    east = (longitude_deg - truth["longitude_deg"]) * METRES_PER_DEGREE * math.cos(math.radians(latitude_deg))
    return math.hypot(north, east)


@pytest.fixture(scope="module")
def errors_m() -> dict[Quality, list[float]]:
    """How far each position is from the truth of its time."""
    heard = HeardCars(seed=SEED, start_ms=START_MS)
    vin = heard.cars[0].vin
    halves: dict[str, list[Coordinate]] = {LATITUDE: [], LONGITUDE: []}
    for message in heard.advance(START_MS + DAYS * DAY_MS):
        if message.vin == vin and message.descriptor in halves and isinstance(message.value, int | float):
            halves[message.descriptor].append(Coordinate(message.measured_at_ms, message.value))
    lived = HeardCars(seed=SEED, start_ms=START_MS)
    errors: dict[Quality, list[float]] = {"measured": [], "approximate": []}
    for position in pair_positions(halves[LATITUDE], halves[LONGITUDE]):
        for _ in lived.advance(position.measured_at_ms):
            pass
        error_m = metres_apart(position.latitude_deg, position.longitude_deg, lived.truth(vin))
        errors[position.quality].append(error_m)
    return errors


def test_a_measured_position_is_where_the_car_was(errors_m: dict[Quality, list[float]]) -> None:
    for quality, errors in errors_m.items():
        far = sum(error_m > 50 for error_m in errors)
        print(f"{quality}: {len(errors)} positions, {far} of them > 50 m off, at most {max(errors):.0f} m")  # noqa: T201 - figures for a person
    assert len(errors_m["measured"]) > 150
    assert max(errors_m["measured"]) < 100  # 2 s at 180 km/h
    assert sum(error_m > 50 for error_m in errors_m["measured"]) < 0.01 * len(errors_m["measured"])
