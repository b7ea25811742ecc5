"""The 12 V battery at rest: a trend only where enough days carry it, and no date without a fall."""

import random

from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.resting_voltage import derive_resting_voltage
from bimmerhub.domain.straight_line import days_left, fit_line, student_95
from bimmerhub.times import DAY_MS, HOUR_MS

Samples = list[tuple[int, float]]


def days(count: int, *, fall_v: float = 0.0, noise_v: float = 0.03) -> Samples:
    """Three voltages a day at rest, and one while it is charged; `fall_v` is lost every day."""
    chance = random.Random(count)
    samples: Samples = []
    for day in range(count):
        volts = 12.7 - fall_v * day
        samples += [(day * DAY_MS + hour * HOUR_MS, round(volts + chance.gauss(0, noise_v), 2)) for hour in (1, 7, 22)]
        samples.append((day * DAY_MS + 12 * HOUR_MS, 14.4))
    return samples


def test_a_voltage_while_it_is_charged_is_none_at_rest() -> None:
    assert derive_resting_voltage([(0, 13.5), (1, 14.6)]) is None
    assert derive_resting_voltage([]) is None
    battery = derive_resting_voltage([(0, 14.4), (1, 12.6), (2, 12.4), (3, 12.5)])
    assert battery is not None
    assert (battery.volts, battery.at_ms, battery.days) == (12.5, 3, 1)


def test_few_days_carry_no_trend() -> None:
    for samples in (days(9, fall_v=0.05), days(15, fall_v=0.05)):
        battery = derive_resting_voltage(samples)
        assert battery is not None
        assert (battery.per_30_days_v, battery.trouble) == (None, None)


def test_a_falling_voltage_has_a_day_of_trouble_with_a_band() -> None:
    battery = derive_resting_voltage(days(30, fall_v=0.01))
    assert battery is not None
    assert battery.trouble is not None
    assert battery.per_30_days_v is not None
    assert -0.35 < battery.per_30_days_v < -0.25
    assert battery.trouble.least < 41 < battery.trouble.most
    assert battery.trouble.least < battery.trouble.days < battery.trouble.most


def test_a_battery_that_does_not_fall_for_sure_has_no_day_of_trouble() -> None:
    for fall_v in (0.0, -0.01, 0.0001):
        battery = derive_resting_voltage(days(60, fall_v=fall_v))
        assert battery is not None
        assert battery.trouble is None


def test_one_that_is_below_the_limit_is_in_trouble_now() -> None:
    battery = derive_resting_voltage([(at_ms, volts - 0.6) for at_ms, volts in days(40, fall_v=0.01)])
    assert battery is not None
    assert battery.trouble is not None
    assert battery.trouble.days == 0


@given(st.permutations(days(30, fall_v=0.01)[:60]))
def test_order_and_repetition_make_no_difference(samples: Samples) -> None:
    assert derive_resting_voltage(samples * 2) == derive_resting_voltage(days(30, fall_v=0.01)[:60])


def test_two_points_or_one_instant_are_no_line() -> None:
    assert fit_line([(0, 1), (1, 2)]) is None
    assert fit_line([(1, 1), (1, 2), (1, 3)]) is None
    line = fit_line([(0, 3), (1, 2), (2, 1)])
    assert line is not None
    left = days_left(line, 0)
    assert left is not None
    assert round(left.days, 6) == 1


def test_the_interval_is_students() -> None:
    assert [round(student_95(freedom), 2) for freedom in (4, 9, 29)] == [2.77, 2.26, 2.05]
