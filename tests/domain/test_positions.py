import random
from collections.abc import Iterable
from itertools import starmap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.latest_position import LatestPosition
from bimmerhub.domain.positions import (
    APPROXIMATE_TOLERANCE_MS,
    LATITUDE,
    LONGITUDE,
    REACH_MS,
    TOLERANCE_MS,
    Coordinate,
    Position,
    pair_positions,
    pair_times,
)
from bimmerhub.domain.reading import Reading, Source
from bimmerhub.ids import Descriptor, Vin

Half = tuple[int, float | None]

TIMES = st.one_of(st.integers(0, 60), st.integers(0, 900)).map(lambda second: second * 1000)
HALVES = st.lists(st.tuples(TIMES, st.one_of(st.none(), st.floats(-90, 90))), max_size=40)


def paired(latitudes: Iterable[Half], longitudes: Iterable[Half]) -> list[Position]:
    return pair_positions(starmap(Coordinate, latitudes), starmap(Coordinate, longitudes))


def reading(descriptor: Descriptor, at_ms: int, value: float | None) -> Reading:
    return Reading(
        vin=Vin("WBA00000000000001"),
        descriptor=descriptor,
        value=value,
        unit="degrees",
        measured_at_ms=at_ms,
        sent_at_ms=at_ms,
        received_at_ms=at_ms,
        source=Source.STREAM,
    )


def test_equal_times_are_paired_before_near_ones() -> None:
    positions = paired([(1000, 50.0), (2000, 50.1)], [(2000, 6.1), (4000, 6.2)])
    assert positions == [Position(measured_at_ms=2000, latitude_deg=50.1, longitude_deg=6.1, quality="measured")]


def test_the_nearest_partner_is_taken() -> None:
    positions = paired([(5000, 50.0)], [(1000, 6.0), (4000, 6.1), (9000, 6.2)])
    assert [(p.measured_at_ms, p.longitude_deg) for p in positions] == [(4000, 6.1)]


@pytest.mark.parametrize(
    ("apart_ms", "qualities"),
    [(2_000, ["measured"]), (3_000, ["approximate"]), (300_000, ["approximate"]), (301_000, [])],
)
def test_what_halves_make_depends_on_how_far_apart_they_are(apart_ms: int, qualities: list[str]) -> None:
    for latitudes, longitudes in ((0, apart_ms), (apart_ms, 0)):
        positions = paired([(latitudes, 50.0)], [(longitudes, 6.0)])
        assert [(p.measured_at_ms, p.quality) for p in positions] == [(0, quality) for quality in qualities]


def test_halves_that_alternate_all_find_a_partner() -> None:
    positions = paired(
        [(at, 50.0) for at in range(0, 10_000, 2_000)], [(at, 6.0) for at in range(1_000, 11_000, 2_000)]
    )
    assert [p.measured_at_ms for p in positions] == [0, 2_000, 4_000, 6_000, 8_000]


def test_halves_around_a_measured_position_make_none() -> None:
    positions = paired([(0, 50.0), (10_000, 50.1)], [(10_000, 6.1), (20_000, 6.2)])
    assert [(p.measured_at_ms, p.quality) for p in positions] == [(10_000, "measured")]


def test_zero_and_zero_is_no_position_and_leaves_its_neighbours_alone() -> None:
    positions = paired([(0, 50.0), (1_000, 0.0), (2_000, 0)], [(0, 6.0), (1_000, 0), (2_000, 6.08)])
    assert [(p.latitude_deg, p.longitude_deg) for p in positions] == [(50.0, 6.0), (0, 6.08)]


def test_of_a_burst_within_one_second_the_value_sent_last_counts() -> None:
    latitudes = [Coordinate(0, 50.0, 900), Coordinate(0, 50.2, 500), Coordinate(0, 50.1, 900)]
    (position,) = pair_positions(latitudes, [Coordinate(0, 6.1)])
    assert (position.latitude_deg, position.longitude_deg) == (50.1, 6.1)


def test_zero_in_a_burst_with_another_value_makes_no_place() -> None:
    (position,) = paired([(0, 0), (0, 48.1)], [(0, 11.5), (0, 0)])
    assert (position.latitude_deg, position.longitude_deg) == (48.1, 11.5)


def test_no_value_is_no_half() -> None:
    assert paired([(0, None)], [(0, 6.0)]) == []


@given(HALVES, HALVES, st.randoms(use_true_random=False))
def test_order_and_repetition_of_the_input_do_not_matter(
    latitudes: list[Half], longitudes: list[Half], rng: random.Random
) -> None:
    expected = paired(latitudes, longitudes)
    assert paired(rng.sample(latitudes, len(latitudes)) * 3, rng.sample(longitudes, len(longitudes))) == expected


@given(HALVES, HALVES)
def test_output_is_sorted_and_uses_nothing_twice(latitudes: list[Half], longitudes: list[Half]) -> None:
    lat_by_time, lon_by_time = dict(latitudes), dict(longitudes)
    distinct_lat = [(time_ms + 1000, time_ms + 1000.0) for time_ms, value in lat_by_time.items() if value is not None]
    distinct_lon = [(time_ms + 1000, time_ms + 1000.0) for time_ms, value in lon_by_time.items() if value is not None]
    positions = paired(distinct_lat, distinct_lon)
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
    alone, whole = paired(near(latitudes), near(longitudes)), paired(latitudes, longitudes)
    assert [p for p in alone if from_ms <= p.measured_at_ms < to_ms] == [
        p for p in whole if from_ms <= p.measured_at_ms < to_ms
    ]


@given(HALVES, HALVES)
def test_every_equal_time_gives_a_position(latitudes: list[Half], longitudes: list[Half]) -> None:
    lat_times = {time_ms for time_ms, value in latitudes if value is not None}
    lon_times = {time_ms for time_ms, value in longitudes if value is not None}
    lat_times -= {time_ms for time_ms, value in latitudes if value == 0}
    assert lat_times & lon_times <= {position.measured_at_ms for position in paired(latitudes, longitudes)}


@given(HALVES, HALVES, st.randoms(use_true_random=False))
def test_where_a_car_was_last_is_the_newest_of_its_positions_in_any_order(
    latitudes: list[Half], longitudes: list[Half], rng: random.Random
) -> None:
    halves = [(LATITUDE, *half) for half in latitudes] + [(LONGITUDE, *half) for half in longitudes]
    latest = LatestPosition()
    for descriptor, at_ms, value in rng.sample(halves, len(halves)):
        latest.add(reading(descriptor, at_ms, value))
        if rng.random() < 0.3:
            latest.halves()
    pairs = pair_times(*(sorted({at for at, value in half if value is not None}) for half in (latitudes, longitudes)))
    found = latest.halves()
    assert (None if found is None else tuple(half.measured_at_ms for half in found)) == (pairs[-1] if pairs else None)
    if (position := latest.position()) is not None:
        assert position == paired(latitudes, longitudes)[-1]
