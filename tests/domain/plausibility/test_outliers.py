"""Positions and charge levels that a car cannot come to and come back from."""

import pytest

from bimmerhub.domain.plausibility.outliers import CHARGE_LEVELS, OUTLIERS, Mark, Outliers
from bimmerhub.domain.positions import LATITUDE, LONGITUDE

LEVEL, NORTH, EAST = OUTLIERS[CHARGE_LEVELS[0]], OUTLIERS[LATITUDE], OUTLIERS[LONGITUDE]
MINUTE_MS = 60_000


def series(*values: float, every_min: float = 1) -> list[Mark]:
    return [(round(place * every_min * MINUTE_MS), value) for place, value in enumerate(values)]


def false_of(rule: Outliers, marks: list[Mark]) -> list[float]:
    truth = rule.judge(marks)
    return [value for at_ms, value in marks if (at_ms, value) not in truth]


@pytest.mark.parametrize(
    ("values", "every_min", "false"),
    [
        ((64, 64, 0, 64, 63), 1, [0]),
        ((64, 12, 64), 10, [12]),
        ((64, 12, 99, 64, 63, 63), 1, [12, 99]),
        ((64, 0, 64, 0, 64, 63, 62, 62), 1, [0, 0]),
        ((50, 50, 50, 50, 0, 0, 0, 50, 50, 50, 50), 1, [0, 0, 0]),
        ((50, 50, 50, 50, 0, 0, 0, 0, 50, 50, 50, 50), 1, [0, 0, 0, 0]),
        ((50, 50, 50, 50, 0, 0, 0, 0), 1, []),
        ((64, 64, 12), 1, []),
        ((12, 64, 64), 1, []),
        ((80, 79, 78, 40, 39, 38), 1, []),
        ((20, 24, 28, 33, 37, 41), 1, []),
        ((64, 12, 64), 120, []),
        ((64, 12), 1, []),
        ((), 1, []),
    ],
    ids=[
        "0 for a moment",
        "minutes apart",
        "two of them",
        "again and again",
        "0 three times in a row",
        "0 four times in a row",
        "0 from then on",
        "the newest has nothing after it",
        "the first has nothing before it",
        "a step that lasts",
        "fast charging",
        "hours explain it",
        "two readings",
        "none",
    ],
)
def test_a_charge_level_that_neither_time_nor_neighbours_explain_is_false(
    values: tuple[float, ...], every_min: float, false: list[float]
) -> None:
    assert false_of(LEVEL, series(*values, every_min=every_min)) == false


def test_a_charge_level_that_nothing_around_is_near_need_not_come_back_fast() -> None:
    marks = [
        *series(64, 63, every_min=60),
        (3_601_000, 0.0),
        *((at + 7_200_000, level) for at, level in series(60, 55)),
    ]
    assert false_of(LEVEL, marks) == [0.0]
    fallen = [
        *series(64, 63, every_min=60),
        (3_601_000, 30.0),
        *((at + 7_200_000, level) for at, level in series(28, 27)),
    ]
    assert false_of(LEVEL, fallen) == []


def test_a_place_that_no_car_reaches_and_comes_back_from_is_false() -> None:
    assert false_of(NORTH, series(50.77, 50.771, 52.55, 50.773, 50.774, every_min=0.5)) == [52.55]
    assert false_of(EAST, series(6.08, 6.081, 8.91, 6.083, 6.084, every_min=0.5)) == [8.91]


@pytest.mark.parametrize("rule", [NORTH, EAST])
@pytest.mark.parametrize("every_min", [0.02, 1, 30])
def test_a_car_at_240_km_an_hour_is_believed_as_far_north_as_roads_go(rule: Outliers, every_min: float) -> None:
    degrees_per_min = 240 / 60 / 111.2 / (1 if rule is NORTH else 0.35)
    there = [10 + degrees_per_min * every_min * step for step in range(8)]
    assert false_of(rule, series(*there, *reversed(there), every_min=every_min)) == []


def test_a_ferry_or_a_car_train_is_no_jump() -> None:
    harwich_to_hook_ms = 7 * 3_600_000
    marks = [*series(51.95, 51.95), *((at + harwich_to_hook_ms, east) for at, east in series(51.98, 51.99))]
    assert false_of(NORTH, marks) == []


def test_what_a_person_released_is_true() -> None:
    marks = series(64, 64, 0, 64, 63)
    assert LEVEL.judge(marks, released={marks[2]}) == set(marks)


def test_the_doubt_says_by_how_much_and_not_where() -> None:
    marks = series(50.77, 50.771, 52.55, 50.773)
    assert NORTH.doubt(marks[2], [marks[0], marks[1], marks[3]]) == (
        "the latitude jumps by 1.78° and back, faster than it can change"
    )
    level = series(64, 0, 63)
    assert LEVEL.doubt(level[1], [level[0], level[2]]).startswith("the charge level jumps by 63 % and back")


def test_crossing_the_date_line_is_no_jump() -> None:
    assert false_of(EAST, series(179.99, 179.998, -179.999, -179.99, 179.995, -179.998)) == []
    assert false_of(EAST, series(179.99, 179.998, -170, -179.99, 179.995)) == [-170]
