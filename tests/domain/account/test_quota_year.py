"""A year of REST calls against the emulator's count of them: never one too many, and each car gets its turn."""

import pytest
from bench.quota_year import Life, Year

from bimmerhub.domain.account.calls import Kind
from bimmerhub.domain.account.quota import QuotaRules
from bimmerhub.times import HOUR_MS


@pytest.mark.parametrize(("cars", "healthy", "days"), [(1, 1, 365), (3, 1, 200), (6, 4, 120)])
def test_a_year_with_restarts_outages_faults_and_a_person_who_asks(cars: int, healthy: int, days: int) -> None:
    life = Life(cars=cars, days=days, is_clock_right=True)
    figures = Year(life).live()
    assert figures.refused == 0
    assert figures.least_left >= life.rules.reserve
    assert max(figures.calls_by_day.values()) <= life.rules.limit
    assert len(figures.values_by_car) == healthy
    assert min(figures.values_by_car.values()) > 3.5 * life.days
    assert figures.longest_wait_h < 30


@pytest.mark.parametrize("seed", range(3))
def test_a_clock_that_is_wrong_by_days_costs_no_refused_call(seed: int) -> None:
    figures = Year(Life(cars=3, days=90, seed=seed)).live()
    assert figures.refused == 0
    assert figures.least_left >= QuotaRules().reserve


@pytest.mark.parametrize("limit", [13, 16, 30])
def test_few_calls_are_shared_by_all_cars(limit: int) -> None:
    rules = QuotaRules(limit=limit)
    figures = Year(Life(cars=6, days=60, rules=rules, is_clock_right=True, is_person_quiet=True)).live()
    assert max(figures.calls_by_day.values()) <= limit - rules.reserve
    assert figures.refused == 0
    turns = sorted(figures.values_by_car.values())
    assert turns[-1] - turns[0] <= max(2, turns[-1] // 4)
    assert len(figures.calls_by_day) >= 60 - 1


@pytest.mark.parametrize(("cars", "a_day"), [(1, 30), (3, 10)])
def test_an_account_without_a_stream_spends_its_days_on_values(cars: int, a_day: int) -> None:
    as_often_as_it_goes_h = 1 / HOUR_MS
    life = Life(cars=cars, days=60, refresh_h=as_often_as_it_goes_h, is_clock_right=True)
    figures = Year(life).live()
    assert (figures.refused, figures.least_left >= life.rules.reserve) == (0, True)
    assert sum(figures.values_by_car.values()) >= a_day * life.days
    assert figures.by_kind[Kind.TYRES] >= 8
