"""What a car tells is true at the time it names, and no command makes energy out of nothing."""

from itertools import islice, pairwise
from typing import Any, cast

import pytest
from tests.emulated import HeardCars

from bimmerhub.emulator.cardata.voice.keys import IS_MOVING, LATITUDE, SOC_HEADER
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.ids import Vin

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
BEV, PHEV, ICE = (car.vin for car in HeardCars(seed=1, start_ms=START_MS).cars)


def sent(vin: Vin, key: str, *, days: int, seed: int = 7) -> list[StreamMessage]:
    messages = HeardCars(seed=seed, start_ms=START_MS).advance(START_MS + days * DAY_MS)
    chosen = [message for message in messages if (message.vin, message.descriptor) == (vin, key)]
    return sorted(chosen, key=lambda message: message.measured_at_ms)


def truth_at(garage: HeardCars, vin: Vin, at_ms: int) -> dict[str, Any]:
    list(garage.advance(at_ms))
    return garage.truth(vin)


def test_car_that_says_it_stands_does_not_move() -> None:
    garage, stood = HeardCars(seed=7, start_ms=START_MS), 0
    for stop, go in pairwise(sent(BEV, IS_MOVING, days=5)):
        before = truth_at(garage, BEV, stop.measured_at_ms)
        after = truth_at(garage, BEV, go.measured_at_ms)
        if stop.value is False and go.value is True and before["is_driving"]:
            stood += 1
            assert after["odometer_km"] - before["odometer_km"] < 0.05
    assert stood > 5


def test_mini_tells_where_it_is_not_where_it_was() -> None:
    garage = HeardCars(seed=7, start_ms=START_MS)
    for message in sent(ICE, LATITUDE, days=12):
        now = truth_at(garage, ICE, message.measured_at_ms)
        if now["is_driving"]:
            assert cast("float", message.value) == pytest.approx(now["latitude_deg"], abs=0.0004)


def test_phev_tells_its_level_again_before_the_charge_ends() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(PHEV, "charge", soc_percent=10)
    messages = list(garage.advance(START_MS + 5 * HOUR_MS))
    at_ms = [m.measured_at_ms for m in messages if (m.vin, m.descriptor) == (PHEV, SOC_HEADER)]
    silences = [after - before for before, after in pairwise(sorted(at_ms))]
    assert HOUR_MS < max(silences) < 2.5 * HOUR_MS


def test_drive_beyond_the_battery_is_refused() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS)
    garage.command(BEV, "charge", soc_percent=2, target_percent=6)
    list(garage.advance(START_MS + HOUR_MS))
    with pytest.raises(ValueError, match="do not last"):
        garage.command(BEV, "drive", km=300)


@pytest.mark.parametrize("taken", [1, 77, 500])
def test_who_stops_listening_in_between_loses_nothing(taken: int) -> None:
    whole = list(HeardCars(seed=7, start_ms=START_MS).advance(START_MS + 2 * DAY_MS))
    garage = HeardCars(seed=7, start_ms=START_MS)
    pieces = list(islice(garage.advance(START_MS + 2 * DAY_MS), taken))
    assert garage.now_ms == pieces[-1].sent_at_ms
    assert pieces + list(garage.advance(START_MS + 2 * DAY_MS)) == whole
