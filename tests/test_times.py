"""Durations in words."""

import pytest

from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, spell_duration


@pytest.mark.parametrize(
    ("duration_ms", "words"),
    [
        (-5, "0 s"),
        (999, "0 s"),
        (61_000, "1 min 1 s"),
        (HOUR_MS, "1 h"),
        (HOUR_MS + 5_000, "1 h"),
        (288 * MINUTE_MS, "4 h 48 min"),
        (DAY_MS, "1 day"),
        (DAY_MS + HOUR_MS, "1 day 1 h"),
        (30 * DAY_MS + MINUTE_MS, "30 days"),
    ],
)
def test_durations_are_said_as_people_do_in_two_units_at_most(duration_ms: int, words: str) -> None:
    assert spell_duration(duration_ms) == words
