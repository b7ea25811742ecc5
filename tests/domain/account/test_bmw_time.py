"""What is known of BMW's time: two Dates that agree are believed, whatever else came, and one alone never."""

from hypothesis import given
from hypothesis import strategies as st

from bimmerhub.domain.account.bmw_time import APART_MS, BmwTime, DateHeard, Moment, resumed
from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS

BMW_MS = 1_785_155_878_000
"""BMW's time when the elapsed time is 0."""
FAR_MS = 253_402_300_799_000
WITHIN_MS = 2_000
"""How near the time that is known comes to BMW's: half the time that an answer takes, and the second of its Date."""

answer_times = st.integers(0, 2_000)
pauses = st.integers(1, 3 * DAY_MS)
wrong_dates = st.one_of(st.just(FAR_MS), st.integers(0, FAR_MS))


def date_at(elapsed_ms: int, *, took_ms: int = 200, true_ms: int = BMW_MS) -> DateHeard:
    """Return what a right answer says that arrives at `elapsed_ms`; BMW stamps it half way."""
    return DateHeard(
        date_ms=(true_ms + elapsed_ms - took_ms // 2) // 1000 * 1000,
        asked_at_elapsed_ms=elapsed_ms - took_ms,
        answered_at_elapsed_ms=elapsed_ms,
    )


def wrong_at(elapsed_ms: int, date_ms: int) -> DateHeard:
    return DateHeard(date_ms=date_ms, asked_at_elapsed_ms=elapsed_ms, answered_at_elapsed_ms=elapsed_ms)


def known_ms(time: BmwTime, elapsed_ms: int, *, ours_ms: int = 0) -> int:
    return time.now_ms(ours_ms=ours_ms, elapsed_ms=elapsed_ms)


@given(first_ms=pauses, pause_ms=st.integers(APART_MS + 2_000, 3 * DAY_MS), took_ms=answer_times, later_ms=pauses)
def test_two_answers_tell_the_time_whatever_the_machine_shows(
    *, first_ms: int, pause_ms: int, took_ms: int, later_ms: int
) -> None:
    second_ms = first_ms + pause_ms
    time = BmwTime().heard(date_at(first_ms, took_ms=took_ms)).heard(date_at(second_ms))
    at_ms = second_ms + later_ms
    for ours_ms in (0, BMW_MS + at_ms + DAY_MS):
        assert abs(known_ms(time, at_ms, ours_ms=ours_ms) - BMW_MS - at_ms) <= WITHIN_MS


@given(date=wrong_dates, elapsed_ms=pauses, ours_ms=st.integers(0, FAR_MS))
def test_one_answer_is_not_believed(date: int, elapsed_ms: int, ours_ms: int) -> None:
    time = BmwTime().heard(wrong_at(elapsed_ms, date))
    assert known_ms(time, elapsed_ms, ours_ms=ours_ms) == ours_ms


@given(date=wrong_dates, after_ms=st.lists(st.integers(0, DAY_MS), min_size=2, max_size=20))
def test_a_date_that_stands_still_is_never_believed(date: int, after_ms: list[int]) -> None:
    time = BmwTime()
    for elapsed_ms in sorted(after_ms):
        time = time.heard(wrong_at(elapsed_ms, date))
    assert time.believed is None


@given(st.lists(st.one_of(st.none(), wrong_dates), max_size=20), st.data())
def test_odd_dates_between_right_ones_change_nothing(dates: list[int | None], data: st.DataObject) -> None:
    elapsed_ms = HOUR_MS
    time = BmwTime().heard(date_at(elapsed_ms)).heard(date_at(elapsed_ms + MINUTE_MS))
    was_odd = False
    for date_ms in dates:
        elapsed_ms += data.draw(st.integers(MINUTE_MS, 6 * HOUR_MS))
        is_odd = date_ms is not None and not was_odd  # two that agree are not odd
        time = time.heard(wrong_at(elapsed_ms, date_ms or 0) if is_odd else date_at(elapsed_ms))
        was_odd = is_odd
        assert abs(known_ms(time, elapsed_ms) - BMW_MS - elapsed_ms) <= WITHIN_MS


def test_two_answers_that_agree_correct_what_was_believed() -> None:
    time = BmwTime().heard(date_at(HOUR_MS)).heard(date_at(2 * HOUR_MS))
    shifted_ms = BMW_MS + 3 * HOUR_MS  # a virtual machine stood still, and so did its elapsed time
    time = time.heard(date_at(3 * HOUR_MS, true_ms=shifted_ms))
    assert abs(known_ms(time, 3 * HOUR_MS) - BMW_MS - 3 * HOUR_MS) <= WITHIN_MS
    time = time.heard(date_at(4 * HOUR_MS, true_ms=shifted_ms))
    assert abs(known_ms(time, 4 * HOUR_MS) - shifted_ms - 4 * HOUR_MS) <= WITHIN_MS


def test_a_burst_of_answers_is_believed_once_seconds_have_gone_by() -> None:
    time = BmwTime()
    for elapsed_ms in range(HOUR_MS, HOUR_MS + APART_MS, 1_000):
        time = time.heard(date_at(elapsed_ms))
    assert time.believed is None
    assert time.heard(date_at(HOUR_MS + APART_MS)).believed is not None


def test_a_restart_of_the_hub_forgets_nothing() -> None:
    moment = BmwTime().heard(date_at(HOUR_MS)).heard(date_at(2 * HOUR_MS)).moment()
    assert moment is not None
    time = resumed(moment, elapsed_ms=5 * HOUR_MS, is_same_boot=True)
    assert time.moment() == moment
    assert known_ms(time, 5 * HOUR_MS) == moment.at(5 * HOUR_MS)


@given(elapsed_ms=pauses, later_ms=pauses, ours_ms=st.integers(0, FAR_MS))
def test_after_a_restart_of_the_machine_it_is_at_least_as_late_as_bmw_said(
    elapsed_ms: int, later_ms: int, ours_ms: int
) -> None:
    moment = Moment(bmw_ms=BMW_MS, elapsed_ms=100 * DAY_MS)
    time = resumed(moment, elapsed_ms=elapsed_ms, is_same_boot=False)
    assert time.believed is None
    assert known_ms(time, elapsed_ms + later_ms, ours_ms=ours_ms) == max(ours_ms, BMW_MS + later_ms)


def test_a_note_from_ahead_of_the_elapsed_time_is_of_another_start() -> None:
    moment = Moment(bmw_ms=BMW_MS, elapsed_ms=2 * HOUR_MS)
    assert resumed(moment, elapsed_ms=HOUR_MS, is_same_boot=True).believed is None
