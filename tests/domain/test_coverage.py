"""Whether a descriptor arrives, told from what came: on which days, how often, and what REST knows."""

from collections.abc import Sequence

import pytest

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.coverage import Arrivals, Coverage, Verdict, derive_coverage
from bimmerhub.ids import Descriptor
from bimmerhub.times import DAY_MS

TODAY = 20_000
NOW_MS = TODAY * DAY_MS + DAY_MS // 2
HOUR_MS = 3_600_000
SOC = Descriptor("vehicle.drivetrain.batteryManagement.header")
ODOMETER = Descriptor("vehicle.vehicle.travelledDistance")
REST_ONLY = Descriptor("vehicle.cabin.door.lock.status")


def streamed(
    descriptor: str, days: Sequence[int], *, rest_day: float | None = None, rest_differs: bool = True
) -> Arrivals:
    """Days count back from today."""
    at_ms = [NOW_MS - day * DAY_MS for day in sorted(days)]
    return Arrivals(
        descriptor=Descriptor(descriptor),
        streamed_days=tuple(sorted(TODAY - day for day in days)),
        streamed_at_ms=tuple(at_ms),
        rest_at_ms=None if rest_day is None else round(NOW_MS - rest_day * DAY_MS),
        rest_differs=rest_differs,
    )


def cover(
    *arrivals: Arrivals,
    of: str = SOC,
    listening_days: float | None = 25,
    asked: frozenset[Descriptor] = frozenset(),
) -> Coverage:
    found = derive_coverage(
        arrivals,
        catalogue=load_catalogue(),
        asked_by_rest=asked,
        listening_since_ms=None if listening_days is None else NOW_MS - round(listening_days * DAY_MS),
        now_ms=NOW_MS,
    )
    return next(each for each in found if each.descriptor == of)


OTHERS = streamed(ODOMETER, range(20))


def test_what_came_today_arrives() -> None:
    found = cover(OTHERS, streamed(SOC, [0, 1, 2, 5]))
    assert (found.verdict, found.ticked, found.last_streamed_ms) == (Verdict.ARRIVING, "yes", NOW_MS)


def test_a_pause_like_earlier_ones_is_quiet() -> None:
    assert cover(OTHERS, streamed(SOC, [4, 8, 13, 17])).verdict is Verdict.QUIET


def test_a_sleeping_car_is_quiet_however_long() -> None:
    asleep = [streamed(key, range(12, 20)) for key in (SOC, ODOMETER)]
    assert cover(*asleep).verdict is Verdict.QUIET


def test_what_came_daily_and_misses_many_days_has_stopped() -> None:
    found = cover(OTHERS, streamed(SOC, range(8, 20)))
    assert (found.verdict, found.ticked) == (Verdict.STOPPED, "unknown")
    assert found.why == "came on 12 of 20 days with messages, not on the last 8"


def test_rest_ahead_of_what_came_daily_means_that_the_tick_is_gone() -> None:
    found = cover(OTHERS, streamed(SOC, range(5, 20), rest_day=0.1))
    assert (found.verdict, found.ticked) == (Verdict.NOT_TICKED, "no")


def test_an_unchanged_value_that_was_stamped_anew_proves_nothing() -> None:
    assert cover(OTHERS, streamed(SOC, [2, 4, 6, 8], rest_day=0.1, rest_differs=False)).verdict is Verdict.QUIET


def test_what_came_once_has_no_rhythm_to_miss() -> None:
    assert cover(OTHERS, streamed(SOC, [19])).verdict is Verdict.QUIET


def test_rest_ahead_of_a_silent_car_means_that_all_ticks_are_gone() -> None:
    lost = [streamed(key, range(3, 20), rest_day=0.5) for key in (SOC, ODOMETER)]
    assert cover(*lost).verdict is Verdict.NOT_TICKED


def test_what_was_measured_while_nobody_listened_accuses_nobody() -> None:
    missed = [streamed(key, range(3, 20), rest_day=0.5) for key in (SOC, ODOMETER)]
    assert cover(*missed, listening_days=0.1).verdict is Verdict.QUIET


def test_what_came_seldom_has_no_rhythm_to_miss() -> None:
    assert cover(OTHERS, streamed(SOC, [11, 12, 19])).verdict is Verdict.QUIET


def test_a_value_that_only_rest_ever_had_was_never_ticked() -> None:
    assert cover(OTHERS, streamed(SOC, [], rest_day=2)).verdict is Verdict.NOT_TICKED


def test_an_old_value_by_rest_accuses_nobody() -> None:
    assert cover(OTHERS, streamed(SOC, [], rest_day=28)).verdict is Verdict.NOT_SEEN_YET


def test_what_comes_by_rest_in_practice_is_not_missed() -> None:
    key = "vehicle.drivetrain.electricEngine.charging.timeRemaining"
    assert cover(OTHERS, streamed(key, [], rest_day=2), of=key).verdict is Verdict.REST_ONLY


def test_neither_way_after_some_days_means_that_this_car_never_sends_it() -> None:
    found = cover(OTHERS, asked=frozenset({SOC}))
    assert (found.verdict, found.why) == (
        Verdict.NEVER_SENT,
        "20 days with messages, neither stream nor REST brought one",
    )


def test_a_new_car_is_given_time() -> None:
    assert cover(streamed(ODOMETER, [0, 1])).verdict is Verdict.NOT_SEEN_YET


@pytest.mark.parametrize("arrivals", [[], [streamed(SOC, [2, 3])]])
def test_without_a_connection_the_stream_is_to_blame(arrivals: list[Arrivals]) -> None:
    assert cover(*arrivals, listening_days=None).verdict is Verdict.STREAM_DOWN


def test_what_cannot_be_streamed_is_not_missed() -> None:
    found = cover(OTHERS, of=REST_ONLY)
    assert (found.verdict, found.ticked) == (Verdict.REST_ONLY, "cannot")


def test_a_descriptor_outside_the_catalogue_is_judged_too() -> None:
    found = cover(streamed("vehicle.new.key", [0]), of="vehicle.new.key")
    assert (found.verdict, found.title) == (Verdict.ARRIVING, None)


def test_the_usual_gap_is_the_median() -> None:
    arrivals = Arrivals(
        descriptor=SOC, streamed_days=(TODAY,), streamed_at_ms=(NOW_MS, NOW_MS - 1_000, NOW_MS - 3_000, NOW_MS - 60_000)
    )
    assert cover(arrivals).usual_gap_s == 2.0
