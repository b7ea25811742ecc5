"""Whether a descriptor arrives, told from what came: on which days, how often, and what REST knows."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.catalogue.model_facts import facts_of
from bimmerhub.domain.coverage.cadence import CHARGING_STATE, Activity, Cadence
from bimmerhub.domain.coverage.coverage_verdicts import Arrivals, Coverage, Evidence, Verdict, derive_coverage
from bimmerhub.domain.coverage.listening import Listening, Span
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.times import DAY_MS, MINUTE_MS

TODAY = 20_000
NOW_MS = TODAY * DAY_MS + DAY_MS // 2
HOUR_MS = 3_600_000
SOC = Descriptor("vehicle.drivetrain.batteryManagement.header")
ODOMETER = Descriptor("vehicle.vehicle.travelledDistance")
POWER = Descriptor("vehicle.powertrain.electric.battery.charging.power")
CAR = Vin("WBA00000000000001")
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
        streamed_minutes=tuple(at // MINUTE_MS for at in reversed(at_ms)),
        rest_at_ms=None if rest_day is None else round(NOW_MS - rest_day * DAY_MS),
        rest_differs=rest_differs,
        first_streamed_ms=at_ms[-1] if at_ms else None,
    )


def ago(days: float) -> int:
    """Return a time so many days before now, in milliseconds UTC."""
    return NOW_MS - round(days * DAY_MS)


def cover(
    *arrivals: Arrivals,
    of: str = SOC,
    listening_days: float | None = 25,
    asked: frozenset[Descriptor] = frozenset(),
    outage_days: tuple[float, float] | None = None,
    activity: Activity | None = None,
    vehicle: Vehicle | None = None,
) -> Coverage:
    """`listening_days` is since when the stream stands, `outage_days` from when to when it did not."""
    spans: tuple[Span, ...] = () if listening_days is None else (Span(ago(listening_days), NOW_MS),)
    if listening_days is not None and outage_days is not None:
        spans = (Span(ago(listening_days), ago(outage_days[0])), Span(ago(outage_days[1]), NOW_MS))
    coverage = derive_coverage(
        arrivals,
        catalogue=load_catalogue(),
        evidence=Evidence(
            asked_by_rest=asked,
            listening=Listening(spans=spans, is_connected=listening_days is not None),
            activity=activity or Activity(),
            model={} if vehicle is None else facts_of(vehicle),
        ),
        now_ms=NOW_MS,
    )
    return next(row for row in coverage if row.descriptor == of)


OTHERS = streamed(ODOMETER, range(20))


def test_what_came_today_arrives() -> None:
    coverage = cover(OTHERS, streamed(SOC, [0, 1, 2, 5]))
    assert (coverage.verdict, coverage.ticked, coverage.last_streamed_ms) == (Verdict.ARRIVING, "yes", NOW_MS)


def test_a_pause_like_earlier_ones_is_quiet() -> None:
    assert cover(OTHERS, streamed(SOC, [4, 8, 13, 17])).verdict is Verdict.QUIET


def test_a_sleeping_car_is_quiet_however_long() -> None:
    asleep = [streamed(key, range(12, 20)) for key in (SOC, ODOMETER)]
    assert cover(*asleep).verdict is Verdict.QUIET


def test_what_came_daily_and_misses_many_days_has_stopped() -> None:
    coverage = cover(OTHERS, streamed(SOC, range(8, 20)))
    assert (coverage.verdict, coverage.ticked) == (Verdict.STOPPED, "unknown")
    assert coverage.why == "came on 12 of 20 days with messages, not on the last 8"


def test_what_came_on_a_few_days_and_settled_has_not_stopped() -> None:
    month = streamed(ODOMETER, range(31))
    assert cover(month, streamed(SOC, [24, 25, 27, 28])).verdict is Verdict.QUIET
    assert cover(month, streamed(SOC, [24, 25, 27, 28], rest_day=0.1)).verdict is Verdict.NOT_TICKED


def test_rest_ahead_of_what_came_daily_means_that_the_tick_is_gone() -> None:
    coverage = cover(OTHERS, streamed(SOC, range(5, 20), rest_day=0.1))
    assert (coverage.verdict, coverage.ticked) == (Verdict.NOT_TICKED, "no")


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
    coverage = cover(OTHERS, asked=frozenset({SOC}))
    assert (coverage.verdict, coverage.why) == (
        Verdict.NEVER_SENT,
        "20 days with messages, neither stream nor REST brought one",
    )


def test_days_that_only_an_import_told_of_are_said_to_be_that() -> None:
    """A demo begins with a month of history: so many days with messages, and the car may still have the key."""
    why = cover(OTHERS, listening_days=0.01).why
    assert why == (
        "20 days with messages (of 19 nobody noted whether the stream was connected), the stream never brought one"
    )
    assert "nobody noted" not in cover(OTHERS, listening_days=25).why


def test_a_newer_value_by_rest_of_a_time_without_connection_is_the_reason_of_quiet() -> None:
    quiet = streamed(SOC, range(2, 20, 3), rest_day=1.5)
    coverage = cover(OTHERS, quiet, outage_days=(1.9, 1))
    assert (coverage.verdict, coverage.why) == (
        Verdict.QUIET,
        "REST has a newer value, of a time in which the stream was not connected",
    )
    assert cover(OTHERS, quiet).why == "nothing new, as at other times"


def test_a_new_car_is_given_time() -> None:
    assert cover(streamed(ODOMETER, [0, 1])).verdict is Verdict.NOT_SEEN_YET


@pytest.mark.parametrize("arrivals", [[], [streamed(SOC, [2, 3])]])
def test_without_a_connection_the_stream_is_to_blame(arrivals: list[Arrivals]) -> None:
    assert cover(*arrivals, listening_days=None).verdict is Verdict.STREAM_DOWN


def test_what_cannot_be_streamed_is_not_missed() -> None:
    coverage = cover(OTHERS, of=REST_ONLY)
    assert (coverage.verdict, coverage.ticked) == (Verdict.REST_ONLY, "cannot")


def test_a_descriptor_outside_the_catalogue_is_judged_too() -> None:
    coverage = cover(streamed("vehicle.new.key", [0]), of="vehicle.new.key")
    assert (coverage.verdict, coverage.title) == (Verdict.ARRIVING, None)


def test_the_usual_gap_is_the_median() -> None:
    arrivals = Arrivals(
        descriptor=SOC, streamed_days=(TODAY,), streamed_at_ms=(NOW_MS, NOW_MS - 1_000, NOW_MS - 3_000, NOW_MS - 60_000)
    )
    assert cover(arrivals).usual_gap_s == 2.0


def test_values_that_come_three_at_a_time_have_the_gap_between_these() -> None:
    times = (burst_ms + offset_ms for burst_ms in (0, 120_000, 260_000, 380_000) for offset_ms in (0, 1_000, 2_000))
    newest_first = tuple(NOW_MS - at_ms for at_ms in times)
    assert cover(Arrivals(descriptor=SOC, streamed_days=(TODAY,), streamed_at_ms=newest_first)).usual_gap_s == 118.0


def test_what_rest_knows_of_an_outage_accuses_nobody() -> None:
    lost = [streamed(key, range(4, 20), rest_day=2) for key in (SOC, ODOMETER)]
    assert cover(*lost).verdict is Verdict.NOT_TICKED
    assert cover(*lost, outage_days=(4, 1)).verdict is Verdict.QUIET


def test_a_value_that_only_rest_had_in_an_outage_accuses_nobody() -> None:
    assert cover(OTHERS, streamed(SOC, [], rest_day=2)).verdict is Verdict.NOT_TICKED
    assert cover(OTHERS, streamed(SOC, [], rest_day=2), outage_days=(4, 1)).verdict is Verdict.NOT_SEEN_YET


def test_days_of_an_outage_are_not_missed() -> None:
    regular, other = streamed(SOC, range(5, 20)), streamed(ODOMETER, range(20))
    assert cover(other, regular).verdict is Verdict.STOPPED
    assert cover(other, regular, outage_days=(5, 1)).verdict is Verdict.QUIET


def test_what_never_came_in_30_days_of_listening_is_not_applicable() -> None:
    old = streamed(ODOMETER, range(0, 30, 3))
    coverage = cover(replace(old, first_streamed_ms=ago(40)), listening_days=40)
    assert (coverage.verdict, coverage.why) == (
        Verdict.NOT_APPLICABLE,
        "40 days connected, the stream never brought one",
    )


def test_each_car_has_its_own_clock() -> None:
    young = streamed(ODOMETER, range(10))
    assert cover(young, listening_days=60).verdict is Verdict.NEVER_SENT


def test_an_outage_stops_the_clock() -> None:
    old = replace(streamed(ODOMETER, range(0, 30, 3)), first_streamed_ms=ago(40))
    assert cover(old, listening_days=40, outage_days=(20, 5)).verdict is Verdict.NEVER_SENT


def test_what_came_long_ago_was_sent() -> None:
    before = Arrivals(descriptor=SOC, first_streamed_ms=ago(50))
    assert cover(OTHERS, before, listening_days=60).verdict is Verdict.QUIET


def charges(days: Sequence[float], *, told_by: Descriptor = CHARGING_STATE) -> Activity:
    spans = [Span(ago(day) - HOUR_MS, ago(day) + HOUR_MS) for day in sorted(days, reverse=True)]
    return Activity(told_charges={told_by: spans})


def test_what_comes_only_while_charging_is_not_missed_on_other_days() -> None:
    plugged, driven = range(10, 20), streamed(ODOMETER, range(20))
    power = streamed(POWER, plugged)
    assert cover(driven, power, of=POWER).verdict is Verdict.STOPPED
    coverage = cover(driven, power, of=POWER, activity=charges(plugged))
    assert (coverage.verdict, coverage.cadence) == (Verdict.QUIET, Cadence.CHARGING)


def test_what_comes_only_while_charging_is_missed_when_it_charges() -> None:
    coverage = cover(OTHERS, streamed(POWER, range(10, 20)), of=POWER, activity=charges(range(20)))
    assert (coverage.verdict, coverage.why) == (
        Verdict.STOPPED,
        "came on 10 of 20 days with charging, not on the last 10",
    )


def test_what_came_on_days_with_charging_but_not_while_charging_is_missed_on_any_day() -> None:
    by_night = [Span(ago(day) + HOUR_MS, ago(day) + 2 * HOUR_MS) for day in range(19, 9, -1)]
    charged = Activity(told_charges={CHARGING_STATE: by_night})
    coverage = cover(OTHERS, streamed(SOC, range(10, 20)), activity=charged)
    assert (coverage.verdict, coverage.cadence) == (Verdict.STOPPED, None)


def test_what_alone_tells_charges_is_missed_on_any_day() -> None:
    alone = charges(range(10, 20), told_by=POWER)
    coverage = cover(OTHERS, streamed(POWER, range(10, 20)), of=POWER, activity=alone)
    assert (coverage.verdict, coverage.cadence) == (Verdict.STOPPED, Cadence.CHARGING)


def test_what_was_streamed_long_ago_and_comes_by_rest_is_not_said_to_be_unseen() -> None:
    before = Arrivals(descriptor=SOC, first_streamed_ms=ago(60), rest_at_ms=ago(0.1))
    coverage = cover(OTHERS, before, listening_days=70)
    assert coverage.verdict is Verdict.QUIET
    assert coverage.why == "REST has a value; by stream one came before, but not in the last 30 days"


def test_what_a_model_sends_by_rest_only_is_not_missed() -> None:
    x3 = Vehicle(vin=CAR, model="X3 30e xDrive")
    coverage = cover(OTHERS, streamed(SOC, [], rest_day=2), vehicle=x3)
    assert (coverage.verdict, coverage.ticked) == (Verdict.REST_ONLY, "cannot")
    assert coverage.model_note is not None
    assert "Supported-Cars" in coverage.model_note


def test_what_a_model_never_sends_is_not_applicable() -> None:
    motorcycle = Vehicle(vin=CAR, brand="BMW Motorrad", model="R 1300 GS")
    assert cover(vehicle=motorcycle).verdict is Verdict.NOT_APPLICABLE
