"""Tyres through a season: warm and cold days are no leak, a leak is one, and pumping up begins anew."""

import random
from math import sin

from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.tyre_pressure import TyrePressure, at_reference, derive_tyre_pressure
from bimmerhub.times import DAY_MS, HOUR_MS

Samples = list[tuple[int, float]]


def season(days: int, *, loses_kpa: float = 0.0, pumped_on: int | None = None) -> tuple[Samples, Samples, Samples]:
    """A tyre of 250 kPa at 20 °C that loses so much a day, told in steps of 10 kPa; it is told cold and warm."""
    pressures, targets, temperatures = [], [], []
    chance = random.Random(7)
    for day in range(days):
        since = day if pumped_on is None or day < pumped_on else day - pumped_on
        for hour in (6, 8, 18):
            at_ms = day * DAY_MS + hour * HOUR_MS
            celsius = round(10 + 8 * sin(day / 9) + (15 if hour != 6 else 0) + chance.uniform(-3, 3))
            warmth = (celsius + 273.15) / 293.15
            pressures.append((at_ms, float(round(((250 - loses_kpa * since + 101.3) * warmth - 101.3) / 10) * 10)))
            targets.append((at_ms, float(round((351.3 * warmth - 101.3) / 10) * 10)))
            temperatures.append((at_ms + 2_000, float(celsius)))
    return pressures, targets, temperatures


def tyre(days: int, *, loses_kpa: float = 0.0, pumped_on: int | None = None) -> TyrePressure:
    derived = derive_tyre_pressure(*season(days, loses_kpa=loses_kpa, pumped_on=pumped_on))
    assert derived is not None
    return derived


def test_a_warm_tyre_is_told_as_a_cold_one() -> None:
    assert round(at_reference(250, 20)) == 250
    assert round(at_reference(286, 50)) == 250
    assert round(at_reference(214, -10)) == 250


def test_the_weather_is_no_leak() -> None:
    derived = tyre(60)
    assert derived.left is None
    assert abs(derived.cold_kpa - 250) <= 7
    assert derived.per_30_days_kpa is not None
    assert abs(derived.per_30_days_kpa) < 3


def test_a_slow_leak_has_days_to_the_limit() -> None:
    derived = tyre(40, loses_kpa=0.3)
    assert derived.per_30_days_kpa is not None
    assert -12 < derived.per_30_days_kpa < -6
    assert derived.left is not None
    assert derived.left.least <= (20 - 12) / 0.3 <= derived.left.most


def test_few_days_carry_no_trend() -> None:
    assert (tyre(9, loses_kpa=1).per_30_days_kpa, tyre(15, loses_kpa=1).left) == (None, None)


def test_pumping_up_begins_anew() -> None:
    derived = tyre(60, loses_kpa=1.0, pumped_on=50)
    assert (derived.days, derived.per_30_days_kpa) == (10, None)


def test_without_a_temperature_nothing_is_said() -> None:
    pressures, targets, temperatures = season(30)
    assert derive_tyre_pressure(pressures, targets, []) is None
    assert derive_tyre_pressure(pressures, targets, [(at_ms + HOUR_MS, warm) for at_ms, warm in temperatures]) is None
    derived = derive_tyre_pressure(pressures, [], temperatures)
    assert derived is not None
    assert (derived.limit_kpa, derived.left) == (None, None)


@given(st.randoms(use_true_random=False))
def test_order_and_repetition_make_no_difference(chance: random.Random) -> None:
    parts = season(25, loses_kpa=0.5)
    mixed = [chance.sample(part * 2, 2 * len(part)) for part in parts]
    assert derive_tyre_pressure(*mixed) == derive_tyre_pressure(*parts)
