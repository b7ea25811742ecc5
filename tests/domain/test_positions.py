import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.positions import APPROXIMATE_TOLERANCE_MS, REACH_MS, TOLERANCE_MS, Position, pair_positions

Half = tuple[int, float | None]

TIMES = st.one_of(st.integers(0, 60), st.integers(0, 900)).map(lambda second: second * 1000)
HALVES = st.lists(st.tuples(TIMES, st.one_of(st.none(), st.floats(-90, 90))), max_size=40)


def test_equal_times_are_paired_before_near_ones() -> None:
    positions = pair_positions([(1000, 50.0), (2000, 50.1)], [(2000, 6.1), (4000, 6.2)])
    assert positions == [Position(measured_at_ms=2000, latitude_deg=50.1, longitude_deg=6.1, quality="measured")]


def test_the_nearest_partner_is_taken() -> None:
    positions = pair_positions([(5000, 50.0)], [(1000, 6.0), (4000, 6.1), (9000, 6.2)])
    assert [(p.measured_at_ms, p.longitude_deg) for p in positions] == [(4000, 6.1)]


@pytest.mark.parametrize(
    ("apart_ms", "qualities"),
    [(2_000, ["measured"]), (3_000, ["approximate"]), (300_000, ["approximate"]), (301_000, [])],
)
def test_what_halves_make_depends_on_how_far_apart_they_are(apart_ms: int, qualities: list[str]) -> None:
    for latitudes, longitudes in ((0, apart_ms), (apart_ms, 0)):
        positions = pair_positions([(latitudes, 50.0)], [(longitudes, 6.0)])
        assert [(p.measured_at_ms, p.quality) for p in positions] == [(0, quality) for quality in qualities]


def test_halves_that_alternate_all_find_a_partner() -> None:
    positions = pair_positions(
        [(at, 50.0) for at in range(0, 10_000, 2_000)], [(at, 6.0) for at in range(1_000, 11_000, 2_000)]
    )
    assert [p.measured_at_ms for p in positions] == [0, 2_000, 4_000, 6_000, 8_000]


def test_halves_around_a_measured_position_make_none() -> None:
    positions = pair_positions([(0, 50.0), (10_000, 50.1)], [(10_000, 6.1), (20_000, 6.2)])
    assert [(p.measured_at_ms, p.quality) for p in positions] == [(10_000, "measured")]


def test_zero_and_zero_is_no_position_and_leaves_its_neighbours_alone() -> None:
    positions = pair_positions([(0, 50.0), (1_000, 0.0), (2_000, 0)], [(0, 6.0), (1_000, 0), (2_000, 6.08)])
    assert [(p.latitude_deg, p.longitude_deg) for p in positions] == [(50.0, 6.0), (0, 6.08)]


def test_a_burst_within_one_second_counts_as_its_median() -> None:
    (position,) = pair_positions([(0, 50.0), (0, 50.2), (0, 50.1)], [(0, 6.2), (0, 6.1), (0, 6.0)])
    assert (position.latitude_deg, position.longitude_deg) == (50.1, 6.1)


def test_no_value_is_no_half() -> None:
    assert pair_positions([(0, None)], [(0, 6.0)]) == []


@given(HALVES, HALVES, st.randoms(use_true_random=False))
def test_order_and_repetition_of_the_input_do_not_matter(
    latitudes: list[Half], longitudes: list[Half], rng: random.Random
) -> None:
    latitudes, longitudes = list(dict(latitudes).items()), list(dict(longitudes).items())
    expected = pair_positions(latitudes, longitudes)
    assert (
        pair_positions(rng.sample(latitudes, len(latitudes)) * 3, rng.sample(longitudes, len(longitudes))) == expected
    )


@given(HALVES, HALVES)
def test_output_is_sorted_and_uses_nothing_twice(latitudes: list[Half], longitudes: list[Half]) -> None:
    lat_by_time, lon_by_time = dict(latitudes), dict(longitudes)
    distinct_lat = [(time_ms + 1000, time_ms + 1000.0) for time_ms, value in lat_by_time.items() if value is not None]
    distinct_lon = [(time_ms + 1000, time_ms + 1000.0) for time_ms, value in lon_by_time.items() if value is not None]
    positions = pair_positions(distinct_lat, distinct_lon)
    assert [p.measured_at_ms for p in positions] == sorted(p.measured_at_ms for p in positions)
    assert len({p.latitude_deg for p in positions}) == len({p.longitude_deg for p in positions}) == len(positions)
    for position in positions:
        apart_ms = abs(position.latitude_deg - position.longitude_deg)
        assert apart_ms <= (TOLERANCE_MS if position.quality == "measured" else APPROXIMATE_TOLERANCE_MS)
    assert all(p.measured_at_ms == min(p.latitude_deg, p.longitude_deg) for p in positions)


@given(HALVES, HALVES, st.integers(-2, 902), st.integers(0, 400))
def test_a_stretch_asked_for_alone_has_the_positions_that_the_whole_has_there(
    latitudes: list[Half], longitudes: list[Half], from_s: int, length_s: int
) -> None:
    def near(halves: list[Half]) -> list[Half]:
        return [half for half in halves if from_ms - REACH_MS <= half[0] < to_ms + REACH_MS]

    from_ms, to_ms = from_s * 1000, (from_s + length_s) * 1000
    alone, whole = pair_positions(near(latitudes), near(longitudes)), pair_positions(latitudes, longitudes)
    assert [p for p in alone if from_ms <= p.measured_at_ms < to_ms] == [
        p for p in whole if from_ms <= p.measured_at_ms < to_ms
    ]


@given(HALVES, HALVES)
def test_every_equal_time_gives_a_position(latitudes: list[Half], longitudes: list[Half]) -> None:
    lat_times = {time_ms for time_ms, value in latitudes if value is not None}
    lon_times = {time_ms for time_ms, value in longitudes if value is not None}
    lat_times -= {time_ms for time_ms, value in latitudes if value == 0}
    assert lat_times & lon_times <= {position.measured_at_ms for position in pair_positions(latitudes, longitudes)}
