"""How often and how late cars report, against the figures that clients measured.

docs/reference/emulator.md has the same figures with their sources.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import pytest
from tests.emulated import HeardCars

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.cars import MODELS

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
SECOND_MS, MINUTE_MS, DAY_MS = 1_000, 60_000, 86_400_000
DAYS = 40
LATEST_S = 4_331
BOARDING_MS = 30_000


class Heard:
    """Forty days of one model: all its messages, and the truth at their end."""

    def __init__(self, model: str) -> None:
        self.vin = MODELS[model].vin
        self.garage = HeardCars(seed=1, start_ms=START_MS, models=[model])
        self.messages = list(self.garage.advance_with_repeats(START_MS + DAYS * DAY_MS))
        self.trips = self.garage.truth(self.vin)["trips"]

    def stamps(self, key: str) -> list[int]:
        """Return when a key was measured, each time once, in order."""
        return sorted({message.measured_at_ms for message in self.messages if message.descriptor == key})

    def position_gaps_s(self) -> list[float]:
        """Return the gaps between positions on the road; what comes within two seconds is one position."""
        fixes: list[int] = []
        for at_ms in sorted({*self.stamps(keys.LATITUDE), *self.stamps(keys.LONGITUDE)}):
            if not fixes or at_ms - fixes[-1] > 2.5 * SECOND_MS:
                fixes.append(at_ms)
        drives = ([at_ms for at_ms in fixes if trip["start_ms"] <= at_ms <= trip["end_ms"]] for trip in self.trips)
        return [(after - before) / SECOND_MS for drive in drives for before, after in pairwise(drive)]


@pytest.fixture(scope="module")
def i5() -> Heard:
    return Heard("bev")


@pytest.fixture(scope="module")
def hybrid() -> Heard:
    return Heard("phev")


def lags_s(messages: Sequence[StreamMessage]) -> list[float]:
    return [(message.sent_at_ms - message.measured_at_ms) / SECOND_MS for message in messages]


def nearest_ms(stamps: Sequence[int], at_ms: int) -> int:
    index = bisect_left(stamps, at_ms)
    return min(abs(stamps[near] - at_ms) for near in (index - 1, index) if 0 <= near < len(stamps))


def test_eleven_percent_of_an_i5s_gaps_are_longer_than_two_minutes(i5: Heard) -> None:
    gaps_s = i5.position_gaps_s()
    assert len(gaps_s) > 500
    assert sum(gap_s > 120 for gap_s in gaps_s) / len(gaps_s) == pytest.approx(0.11, abs=0.025)
    assert 300 < max(gaps_s) <= 360


def test_halves_of_a_position_share_their_second_or_lie_one_apart(i5: Heard) -> None:
    north, east = i5.stamps(keys.LATITUDE), i5.stamps(keys.LONGITUDE)
    equal = 2 * len({*north} & {*east}) / (len(north) + len(east))
    apart_ms = [nearest_ms(east, at_ms) for at_ms in north]
    within_two = sum(gap_ms <= 2 * SECOND_MS for gap_ms in apart_ms) / len(apart_ms)
    assert equal == pytest.approx(0.604, abs=0.03)
    assert within_two == pytest.approx(0.97, abs=0.02)
    assert {gap_ms for gap_ms in apart_ms if 0 < gap_ms <= 10 * SECOND_MS} == {SECOND_MS}


def test_halves_without_a_partner_come_from_bursts(hybrid: Heard) -> None:
    north, east = hybrid.stamps(keys.LATITUDE), hybrid.stamps(keys.LONGITUDE)
    lone_ms = [at_ms for at_ms in north if nearest_ms(east, at_ms) > 2 * SECOND_MS]
    in_bursts = [at_ms for at_ms in lone_ms if sum(abs(other - at_ms) <= 2 * SECOND_MS for other in north) > 1]
    assert len(in_bursts) > 0.9 * len(lone_ms) > 20
    assert max(nearest_ms(east, at_ms) for at_ms in lone_ms) <= 181 * SECOND_MS


@pytest.mark.parametrize("car", ["i5", "hybrid"])
def test_first_odometer_of_a_drive_comes_three_to_seven_minutes_after_getting_in(
    car: str, request: pytest.FixtureRequest
) -> None:
    heard: Heard = request.getfixturevalue(car)
    odometers, first_s = heard.stamps(keys.ODOMETER), []
    for trip in heard.trips:
        boarded_ms = trip["start_ms"] - BOARDING_MS
        stamps = [at_ms for at_ms in odometers if boarded_ms <= at_ms < trip["end_ms"]]
        first_s += [(stamps[0] - boarded_ms) / SECOND_MS] if stamps else []
    assert len(first_s) > 0.8 * len(heard.trips)
    assert 180 <= min(first_s) < 240
    assert 360 < max(first_s) <= 420


def test_messages_take_some_seconds_and_a_few_over_an_hour(i5: Heard) -> None:
    first_sent = lags_s([*{_row(message): message for message in reversed(i5.messages)}.values()])
    assert median(first_sent) == pytest.approx(3.4, abs=0.2)
    assert min(first_sent) >= 1.6
    assert 3_600 < max(lags_s(i5.messages)) <= LATEST_S
    assert 0.01 < sum(lag_s > 60 for lag_s in first_sent) / len(first_sent) < 0.12


def test_late_messages_come_together(i5: Heard) -> None:
    late = [message for message in i5.messages if message.sent_at_ms - message.measured_at_ms > 10 * MINUTE_MS]
    minutes = [message.sent_at_ms // MINUTE_MS for message in late]
    assert max(map(minutes.count, set(minutes))) > 50


def test_sum_of_a_trip_is_late(i5: Heard) -> None:
    late_s = lags_s([message for message in i5.messages if message.descriptor == keys.TIME_AT_TRIP_END])
    assert 60 < median(late_s) < 240
    assert sum(lag_s > 300 for lag_s in late_s) / len(late_s) == pytest.approx(0.13, abs=0.08)


def test_277_messages_hold_168_rows(i5: Heard) -> None:
    rows = {_row(message) for message in i5.messages}
    assert len(i5.messages) / len(rows) == pytest.approx(277 / 168, abs=0.03)


def test_rest_does_not_know_what_the_car_could_not_send_yet() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS, models=["bev"])
    vin = MODELS["bev"].vin
    for _ in range(10 * 24 * 4):
        list(garage.advance(garage.now_ms + 15 * MINUTE_MS))
        backend, trips = garage.known_of(vin), garage.truth(vin)["trips"]
        at_trip_end = backend[keys.ODOMETER_AT_TRIP_END].value
        if trips and at_trip_end != round(trips[-1]["odometer_end_km"]):
            return
    pytest.fail("the sum of each trip was known at once")


def _row(message: StreamMessage) -> tuple[str, int, object]:
    return message.descriptor, message.measured_at_ms, message.value
