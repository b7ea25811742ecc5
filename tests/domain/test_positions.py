import random

from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.positions import APPROXIMATE_TOLERANCE_MS, TOLERANCE_MS, Position, pair_positions

Half = tuple[int, float | None]

TIMES = st.one_of(st.integers(0, 60), st.integers(0, 900)).map(lambda second: second * 1000)
HALVES = st.lists(st.tuples(TIMES, st.one_of(st.none(), st.floats(-90, 90))), max_size=40)


def test_equal_times_are_paired_before_near_ones() -> None:
    positions = pair_positions([(1000, 50.0), (2000, 50.1)], [(2000, 6.1), (3000, 6.2)])
    assert positions == [
        Position(measured_at_ms=1000, latitude_deg=50.0, longitude_deg=6.2, quality="measured"),
        Position(measured_at_ms=2000, latitude_deg=50.1, longitude_deg=6.1, quality="measured"),
    ]


def test_the_nearest_partner_is_taken() -> None:
    positions = pair_positions([(5000, 50.0)], [(1000, 6.0), (4000, 6.1), (9000, 6.2)])
    assert [(p.measured_at_ms, p.longitude_deg) for p in positions] == [(4000, 6.1)]


def test_halves_too_far_apart_make_no_position() -> None:
    assert pair_positions([(0, 50.0)], [(TOLERANCE_MS + 1, 6.0)]) == []


def test_a_wider_tolerance_gives_approximate_positions() -> None:
    (position,) = pair_positions([(0, 50.0)], [(60_000, 6.0)], tolerance_ms=APPROXIMATE_TOLERANCE_MS)
    assert (position.measured_at_ms, position.quality) == (0, "approximate")


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


@given(HALVES, HALVES, st.sampled_from([0, TOLERANCE_MS, APPROXIMATE_TOLERANCE_MS]))
def test_output_is_sorted_and_uses_nothing_twice(
    latitudes: list[Half], longitudes: list[Half], tolerance_ms: int
) -> None:
    lat_by_time, lon_by_time = dict(latitudes), dict(longitudes)
    distinct_lat = [(time_ms, float(time_ms)) for time_ms, value in lat_by_time.items() if value is not None]
    distinct_lon = [(time_ms, float(time_ms)) for time_ms, value in lon_by_time.items() if value is not None]
    positions = pair_positions(distinct_lat, distinct_lon, tolerance_ms=tolerance_ms)
    assert [p.measured_at_ms for p in positions] == sorted(p.measured_at_ms for p in positions)
    assert len({p.latitude_deg for p in positions}) == len({p.longitude_deg for p in positions}) == len(positions)
    assert all(abs(p.latitude_deg - p.longitude_deg) <= tolerance_ms for p in positions)
    assert all(p.measured_at_ms == min(p.latitude_deg, p.longitude_deg) for p in positions)


@given(HALVES, HALVES)
def test_every_equal_time_gives_a_position(latitudes: list[Half], longitudes: list[Half]) -> None:
    lat_times = {time_ms for time_ms, value in latitudes if value is not None}
    lon_times = {time_ms for time_ms, value in longitudes if value is not None}
    assert lat_times & lon_times <= {position.measured_at_ms for position in pair_positions(latitudes, longitudes)}
