"""What the log says often is said seldom, and counted."""

import logging

from bimmerhub.cli.printing.log_rate import MOST_A_MINUTE, RateFilter


def record(message: str, *values: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("web", level, "", 1, message, values, None)


def test_same_warning_is_written_some_times_a_minute_and_the_rest_is_counted() -> None:
    now_s = [0.0]
    passes = RateFilter(now_s=lambda: now_s[0]).filter
    written = [passes(record("no request from %s", number)) for number in range(1_000)]
    assert written == [True] * MOST_A_MINUTE + [False] * (1_000 - MOST_A_MINUTE)
    assert passes(record("something else"))
    now_s[0] = 61.0
    later = record("no request from %s", 7)
    assert passes(later)
    assert later.getMessage() == "no request from 7 (and 970 more of these before)"
    again = record("no request from %s", 8)
    assert passes(again)
    assert again.getMessage() == "no request from 8"


def test_messages_that_differ_every_time_are_bounded_too() -> None:
    passes = RateFilter(now_s=lambda: 0.0).filter
    assert sum(passes(record(f"message {number}")) for number in range(5_000)) < 1_100


def test_what_somebody_asked_to_see_passes() -> None:
    passes = RateFilter(now_s=lambda: 0.0).filter
    assert all(passes(record("GET /", level=logging.INFO)) for _ in range(100))
