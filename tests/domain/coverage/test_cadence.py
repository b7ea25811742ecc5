"""When values come, as observed from a car's drives and charges."""

from collections.abc import Sequence

import pytest

from bimmerhub.domain.coverage.cadence import (
    CHARGING_STATE,
    Activity,
    Cadence,
    derive_ends,
    derive_stretches,
    observe_cadence,
)
from bimmerhub.domain.coverage.listening import Span
from bimmerhub.domain.reading import Value
from bimmerhub.times import HOUR_MS, MINUTE_MS

SECOND_MS = 1_000
DRIVES = [Span(day * 24 * HOUR_MS, day * 24 * HOUR_MS + 30 * MINUTE_MS) for day in range(1, 7)]
CHARGES = [Span(drive.to_ms + 2 * HOUR_MS, drive.to_ms + 4 * HOUR_MS) for drive in DRIVES]
CAR = Activity(drives=DRIVES, told_charges={CHARGING_STATE: CHARGES})
CITY = [Span(drive.from_ms, drive.from_ms + 10 * MINUTE_MS) for drive in DRIVES]


def at(*minutes: float) -> list[int]:
    """Return the minutes since 1970 that lie so many minutes after the start of each drive."""
    times_ms = [drive.from_ms + round(minute * MINUTE_MS) for drive in DRIVES for minute in minutes]
    return sorted({at_ms // MINUTE_MS for at_ms in times_ms})


@pytest.mark.parametrize(
    ("minutes", "cadence"),
    [
        ([second / 6 for second in range(180)], Cadence.TRIP_HIGH),
        (range(0, 30, 2), Cadence.TRIP),
        ([0.5, 29], Cadence.TRIP_START_END),
        ([4, 36], Cadence.TRIP_START_END),
        ([31], Cadence.TRIP_END),
        ([40], Cadence.TRIP_END),
        ([160, 200, 260], Cadence.CHARGING),
        ([600], None),
        ([31, *range(0, 24 * 60, 60)], None),
        ([*range(0, 30, 2), 160, 200, 260], Cadence.TRIP),
        ([0.5], None),
        ([], None),
    ],
)
def test_cadence_is_read_off_drives_and_charges(minutes: Sequence[float], cadence: Cadence | None) -> None:
    assert observe_cadence(at(*minutes), CAR) is cadence


def test_few_drives_say_nothing() -> None:
    assert observe_cadence(at(31)[-2:], Activity(drives=DRIVES[:2])) is None


@pytest.mark.parametrize("minutes", [range(10), [0, 9], [0.5, 2, 5, 8]])
def test_short_drives_have_no_middle_and_say_nothing(minutes: Sequence[float]) -> None:
    assert observe_cadence(at(*minutes), Activity(drives=CITY)) is None


def test_of_a_drive_known_by_its_end_only_the_end_is_known() -> None:
    ends = Activity(drives=[Span(drive.to_ms, drive.to_ms) for drive in DRIVES])
    assert observe_cadence(at(30), ends) is Cadence.TRIP_END


def readings(*rows: tuple[int, Value]) -> list[tuple[int, Value]]:
    return [(minute * MINUTE_MS, value) for minute, value in rows]


def test_a_red_light_does_not_end_a_drive() -> None:
    moves = readings((0, True), (5, False), (7, True), (20, False), (60, True), (70, False))
    assert derive_stretches(moves) == (Span(0, 20 * MINUTE_MS), Span(60 * MINUTE_MS, 70 * MINUTE_MS))


def test_a_drive_that_never_ended_is_none() -> None:
    assert derive_stretches(readings((0, True), (2_000, False), (3_000, True))) == ()


def test_words_and_power_tell_charges() -> None:
    words = readings((0, "CHARGINGACTIVE"), (60, "CHARGINGENDED"))
    power = readings((0, 11_000), (30, 10_900), (60, 0))
    assert derive_stretches(words) == derive_stretches(power) == (Span(0, 60 * MINUTE_MS),)


def test_a_grown_odometer_is_the_end_of_a_drive() -> None:
    assert derive_ends(readings((0, 100), (10, 100), (50, 120), (53, 121), (90, None))) == (
        Span(53 * MINUTE_MS, 53 * MINUTE_MS),
    )
