"""What a day of a car was."""

from bimmerhub.domain.folds.day_rollups import Day, DaysFold, DayState
from bimmerhub.domain.folds.fold import Record
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import DAY_MS, HOUR_MS

SOC = Descriptor("vehicle.drivetrain.batteryManagement.header")


def read(descriptor: str, value: Value, hour: int) -> Reading:
    at_ms = hour * HOUR_MS
    return Reading(
        vin=Vin("WBA00000000000001"),
        descriptor=Descriptor(descriptor),
        value=value,
        unit=None,
        measured_at_ms=at_ms,
        sent_at_ms=at_ms,
        received_at_ms=at_ms,
        source=Source.STREAM,
    )


def days(*readings: Reading) -> list[tuple[int, Day]]:
    fold, state = DaysFold(), DayState()
    records: list[Record] = []
    for reading in readings:
        step = fold.step(state, reading)
        state = step.state
        records += step.records
    records += fold.open_records(state, 0)
    return [(record.start_at_ms // DAY_MS, record.body) for record in records if isinstance(record.body, Day)]


def test_a_day_has_its_ends_and_extremes() -> None:
    [(number, day)] = days(
        read(ODOMETERS[0], 100, 1), read(SOC, 80, 2), read(SOC, 40, 5), read(SOC, 70, 6), read(ODOMETERS[0], 160, 7)
    )
    assert number == 0
    assert day == Day(
        time_zone="UTC",
        odometer_first_km=100,
        odometer_last_km=160,
        distance_km=60,
        soc_min_percent=40,
        soc_max_percent=80,
        readings=5,
    )


def test_distance_counts_from_what_the_odometer_said_before_the_day() -> None:
    readings = [read(ODOMETERS[0], 100, 1), read(SOC, 50, 30), read(ODOMETERS[0], 130, 50), read(ODOMETERS[1], 150, 60)]
    assert [(number, day.distance_km) for number, day in days(*readings)] == [(0, 0), (1, None), (2, 50)]


def test_what_was_not_reported_is_none() -> None:
    [(_, day)] = days(read(SOC, None, 1), read(ODOMETERS[0], "x", 2))
    assert (day.soc_min_percent, day.soc_max_percent, day.distance_km, day.readings) == (None, None, None, 2)


def test_an_odometer_that_falls_by_its_rounding_makes_no_negative_distance() -> None:
    assert [day.distance_km for _, day in days(read(ODOMETERS[0], 100, 1), read(ODOMETERS[0], 99.2, 2))] == [0]


def test_nothing_makes_no_day() -> None:
    assert days() == []
