"""The truth about an odometer is the longest chain that physics allows, whatever the order of the readings."""

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimmerhub.domain.plausibility.odometer import (
    MS_PER_KM,
    ROUNDING_KM,
    ROUNDING_MS,
    Chain,
    Mark,
    allows,
    doubt,
    extends,
    is_chain,
    is_clear_of,
    judge,
    judge_nearby,
    longest_chain,
)
from bimmerhub.times import DAY_MS, HOUR_MS

MARKS = st.lists(
    st.tuples(
        st.integers(0, 12).map(lambda step: step * 6_000),
        st.sampled_from([0, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 9]),
    ),
    unique=True,
    max_size=8,
)


def by_w(mark: Mark) -> tuple[float, float]:
    return (mark[0] - MS_PER_KM * mark[1], mark[1])


def chain_by_trying(marks: list[Mark]) -> list[Mark]:
    """Return the longest chain, then the earliest, then that with the first difference, by looking at every subset."""
    ordered = sorted(marks, key=by_w)
    best: tuple[int, int, list[bool]] = (-1, 0, [])
    for number in range(1 << len(ordered)):
        chosen = [bool(number >> place & 1) for place in range(len(ordered))]
        subset = [mark for mark, is_in in zip(ordered, chosen, strict=True) if is_in]
        if all(allows(one, other) for one, other in combinations(subset, 2)):
            best = max(best, (len(subset), -sum(at_ms for at_ms, _ in subset), chosen))
    return [mark for mark, is_in in zip(ordered, best[2], strict=True) if is_in]


@settings(max_examples=300, deadline=None)
@given(marks=MARKS)
def test_the_chain_is_the_longest_of_all_subsets(marks: list[Mark]) -> None:
    assert longest_chain(marks) == chain_by_trying(marks)


@given(marks=MARKS)
def test_two_readings_allow_each_other_as_a_car_can_drive(marks: list[Mark]) -> None:
    for one, other in combinations(marks, 2):
        (before_ms, before_km), (after_ms, after_km) = sorted((one, other))
        driven_km = (after_ms - before_ms) / MS_PER_KM
        is_possible = -ROUNDING_KM <= after_km - before_km <= max(ROUNDING_KM, driven_km)
        assert allows(one, other) == is_possible


@settings(max_examples=300, deadline=None)
@given(marks=MARKS, chance=st.randoms(use_true_random=False))
def test_what_a_shortcut_says_holds(marks: list[Mark], chance: random.Random) -> None:
    chain = sorted(longest_chain(marks))
    mark = (chance.randrange(0, 100_000), chance.choice([0, 1, 2.5, 4, 9, 12]))
    assert is_chain(chain)
    if chain and extends([member for member in chain if member[0] > chain[-1][0] - ROUNDING_MS], mark):
        assert set(longest_chain([*marks, mark])) == {*chain, mark}
    for place in range(len(chain)):
        if is_clear_of(mark, chain[place], None):
            assert all(allows(member, mark) for member in chain[:place])
        if is_clear_of(mark, None, chain[place]):
            assert all(allows(member, mark) for member in chain[place + 1 :])


@settings(max_examples=300, deadline=None)
@given(marks=MARKS, chance=st.randoms(use_true_random=False))
def test_a_chain_says_of_a_mark_what_its_members_say(marks: list[Mark], chance: random.Random) -> None:
    members = longest_chain(marks)
    chain = Chain(members)
    mark = (chance.randrange(0, 16) * 6_000, chance.choice([0, 1, 1.5, 2.5, 4, 9, 20]))
    against = sum(not allows(member, mark) for member in members)
    assert chain.allows(mark) == (against == 0)
    for count in range(-1, len(members) + 1):
        if chain.contradicts(mark, more_than=count):
            assert against > count


@settings(max_examples=300, deadline=None)
@given(marks=MARKS, chance=st.randoms(use_true_random=False))
def test_what_all_believed_ones_allow_joins_them_and_changes_nothing(marks: list[Mark], chance: random.Random) -> None:
    chain = set(longest_chain(marks))
    mark = (chance.randrange(0, 16) * 6_000, chance.choice([0, 1, 1.5, 2.5, 4, 9]))
    if all(allows(member, mark) for member in chain):
        assert set(longest_chain({*marks, mark})) == {*chain, mark}


@settings(max_examples=300, deadline=None)
@given(stored=MARKS, marks=MARKS)
def test_what_is_seen_from_the_marks_around_is_what_the_whole_says(stored: list[Mark], marks: list[Mark]) -> None:
    truth = set(longest_chain(stored))
    apart = set(stored) - truth
    new = set(marks[:3]) - apart
    believed = judge_nearby(new, truth, first=None, last=None, apart=len(apart))
    if believed is not None:
        assert set(longest_chain({*stored, *new})) == truth | believed


def test_the_marks_around_are_enough_to_believe_one_that_fits_and_doubt_one_that_many_contradict() -> None:
    around = [(hour * HOUR_MS, 1_000.0 + hour) for hour in range(6)]
    fits, false = (2 * HOUR_MS + 60_000, 1_002.0), (3 * HOUR_MS + 60_000, 500.0)
    assert judge_nearby({fits, false}, around, first=None, last=None, apart=0) == {fits}
    assert judge_nearby({false}, around, first=None, last=None, apart=6) is None


def doubted(*marks: Mark) -> list[float]:
    return [km for at_ms, km in marks if (at_ms, km) not in judge(marks)]


def test_an_odometer_that_falls_is_doubted_and_the_next_true_one_is_believed() -> None:
    assert doubted((0, 57_958), (HOUR_MS, 36_014), (2 * HOUR_MS, 57_960)) == [36_014]


@pytest.mark.parametrize(("first", "second"), [(57_958, 93_272), (93_272, 57_958), (500, 805), (500, 497)])
def test_a_jump_by_the_factor_of_miles_and_a_fall_are_doubted(first: int, second: int) -> None:
    assert doubted((0, first), (HOUR_MS, second)) == [second]


@pytest.mark.parametrize(("first", "second"), [(57_958, 57_957.1), (57_958, 57_958), (57_958, 58_200), (12, 19.3)])
def test_rounding_repetition_and_driving_are_believed(first: float, second: float) -> None:
    assert doubted((0, first), (HOUR_MS, second)) == []


def test_the_factor_alone_is_no_proof_when_there_was_time_to_drive() -> None:
    assert doubted((0, 1_000), (30 * DAY_MS, 1_609)) == []


def test_a_first_value_that_is_false_is_found_out() -> None:
    assert doubted((0, 93_272), (HOUR_MS, 57_958), (2 * HOUR_MS, 57_959)) == [93_272]


def test_a_late_reading_is_held_against_its_neighbours_in_time() -> None:
    stored = [(day * DAY_MS, 1_000 + day * 100) for day in range(0, 30, 5)]
    late = [(6 * DAY_MS, 1_550), (7 * DAY_MS, 2_900), (8 * DAY_MS, 900), (-DAY_MS, 900)]
    assert doubted(*stored, *late) == [2_900, 900]


def test_rounding_does_not_add_up() -> None:
    falling = [(step * HOUR_MS, 100 - step) for step in range(10)]
    assert len(doubted(*falling)) == 7


def test_a_released_reading_is_the_measure_from_then_on() -> None:
    before = [(day * DAY_MS, 57_000.0 + day) for day in range(3)]
    after = [(3 * DAY_MS, 20.0), (4 * DAY_MS, 25.0), (5 * DAY_MS, 22.0), (6 * DAY_MS, 57_010.0)]
    assert judge([*before, *after], released=[(3 * DAY_MS, 20.0)]) == {*before, *after[:2]}


@pytest.mark.parametrize(
    ("km", "before_km", "after_km", "reason"),
    [
        (36_014, 57_958, None, "the odometer jumps from 57958 to 36014 km, as between kilometres and miles"),
        (93_272, 57_958, None, "the odometer jumps from 57958 to 93272 km, as between kilometres and miles"),
        (50_000, 57_958, None, "the odometer falls from 57958 to 50000 km"),
        (4_999_999, 57_958.5, 57_990, "the odometer jumps from 57958.5 to 4999999 km"),
        (58_000, None, 57_958, "the odometer says 58000 km, and 57958 km later"),
        (57_000, 50_000, 20, "the odometer jumps from 50000 to 57000 km"),
        (50_100, 50_000, 31_090, "the odometer says 50100 km, and 31090 km later, as if one of them were miles"),
        (50_100, 50_000, 50_200, "the odometer says 50100 km, which does not fit what it says before and after"),
        (50_100, None, None, "the odometer says 50100 km, which does not fit what it says before and after"),
    ],
)
def test_a_doubt_says_against_what(km: float, before_km: float | None, after_km: float | None, reason: str) -> None:
    before = None if before_km is None else (0, before_km)
    after = None if after_km is None else (2 * HOUR_MS, after_km)
    assert doubt((HOUR_MS, km), before, after) == reason


def test_many_readings_are_judged_in_a_moment() -> None:
    true = [(step * HOUR_MS, 20_000 + step) for step in range(20_000)]
    false = [(step * 10 * HOUR_MS + 7, (20_000 + 10 * step) * 0.62) for step in range(1, 2_000)]
    assert judge([*true, *false]) == set(true)


def hourly(from_hour: int, *kms: float) -> list[Mark]:
    return [((from_hour + hour) * HOUR_MS, km) for hour, km in enumerate(kms)]


def test_miles_are_set_apart_however_many_they_are() -> None:
    kilometres = hourly(0, *range(48_000, 48_041, 10))
    miles = hourly(5, *range(29_856, 29_887))
    assert judge([*kilometres, *miles]) == set(kilometres)


def test_kilometres_that_come_back_after_many_miles_go_on_from_those_before() -> None:
    kilometres = [*hourly(0, *range(48_000, 48_041, 10)), *hourly(40, 48_110, 48_120)]
    miles = hourly(5, *range(29_856, 29_887))
    assert judge([*kilometres, *miles]) == set(kilometres)


def test_a_new_cluster_is_not_taken_for_miles() -> None:
    new = hourly(5, *range(10, 50))
    assert judge([*hourly(0, *range(48_000, 48_041, 10)), *new]) == set(new)
