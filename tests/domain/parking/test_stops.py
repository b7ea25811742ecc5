"""Stops of a car, as stories: what the battery lost while it stood, and what is known of why."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.trips.trip_stories import LEVEL, PLUG, Story, body, clock, fold

from bimmerhub.domain.parking.car_stops import Drive, Stop, find_stops
from bimmerhub.domain.parking.parked_signs import ParkedSigns, read_parked_signs
from bimmerhub.domain.parking.standby import Standby, add_standbys, derive_standby
from bimmerhub.domain.reading import Reading

CLIMATE = "vehicle.vehicle.preConditioning.activity"
ALARM = "vehicle.vehicle.antiTheftAlarmSystem.alarm.isOn"
ASLEEP = "vehicle.vehicle.deepSleepModeActive"
USABLE_KWH = 80.0


def parked(*, level: int = 80) -> Story:
    """A car that has driven 20 km, and stands since half past eight."""
    story = Story().at("06:00").place().odometer().at("08:00").depart().drive("08:30", 20)
    return story.say(LEVEL, level, "%").arrive()


def leave(story: Story, at: str = "20:30", until: str = "21:00") -> Story:
    return story.at(at).depart().drive(until, 20).arrive()


def stops(readings: list[Reading]) -> list[tuple[Stop, ParkedSigns]]:
    drives = [Drive(record.start_at_ms, record.end_at_ms, body(record)) for record in fold(readings)]
    return [(stop, read_parked_signs(stop, readings)) for stop in find_stops(drives)]


def first_standby(story: Story, *, is_charged: bool = False, usable_kwh: float | None = USABLE_KWH) -> Standby:
    stop, signs = stops(story.readings)[0]
    return derive_standby(stop, signs, usable_kwh=usable_kwh, is_charged=is_charged)


def test_a_stop_is_what_lies_between_two_trips() -> None:
    (day, _), (night, _) = stops(leave(parked()).readings)
    assert (day.start_at_ms, day.end_at_ms) == (clock("08:30"), clock("20:30"))
    assert (night.start_at_ms, night.end_at_ms, night.end_soc_percent) == (clock("21:00"), None, None)
    assert (day.latitude_deg, day.longitude_deg) == (50.179856, 6.0)


def test_a_car_that_is_driven_does_not_stand() -> None:
    drives = [Drive(record.start_at_ms, record.end_at_ms, body(record)) for record in fold(leave(parked()).readings)]
    under_way = drives[1]._replace(trip=replace(drives[1].trip, is_over=False))
    assert [stop.end_at_ms for stop in find_stops([drives[0], under_way])] == [clock("20:30")]
    assert find_stops([]) == []


def test_what_it_lost_is_the_fall_of_the_level_and_says_how_exact_that_is() -> None:
    standby = first_standby(leave(parked().at("20:00").say(LEVEL, 78, "%")))
    assert (standby.percent, standby.kwh, standby.mean_w) == (2, 1.6, 133.3)
    assert standby.how == dict.fromkeys(("standby_percent", "standby_kwh", "standby_mean_w"), "derived")
    assert standby.band == {"standby_percent": 1, "standby_kwh": 0.8, "standby_mean_w": 66.7}


def test_a_mean_power_that_says_nothing_is_left_out() -> None:
    standby = first_standby(leave(parked().at("10:00").say(LEVEL, 79, "%"), "10:30", "11:00"))
    assert (standby.percent, standby.kwh, standby.mean_w) == (1, 0.8, None)
    assert "standby_mean_w" not in standby.band


def test_without_a_size_of_the_battery_there_are_no_kilowatt_hours() -> None:
    standby = first_standby(leave(parked().at("20:00").say(LEVEL, 78, "%")), usable_kwh=None)
    assert (standby.percent, standby.kwh, standby.mean_w) == (2, None, None)


def test_a_level_that_comes_only_on_setting_off_makes_an_estimate() -> None:
    story = parked().at("20:30").depart().at("20:31").say(LEVEL, 78, "%").drive("21:00", 20).arrive()
    standby = first_standby(story)
    assert (standby.percent, standby.how["standby_percent"]) == (2, "estimated")


def test_without_a_level_nothing_is_known() -> None:
    assert first_standby(leave(parked())) == Standby()
    assert first_standby(parked().at("20:30").depart().drive("20:40", 8).say(LEVEL, 78, "%").arrive()) == Standby()


def test_a_charge_is_no_standby_loss() -> None:
    story = leave(parked().at("10:00").say(PLUG, "CONNECTED").at("20:00").say(LEVEL, 78, "%"))
    assert first_standby(story, is_charged=True) == Standby()


def test_a_level_that_rose_was_charged_by_somebody_who_did_not_tell() -> None:
    assert first_standby(leave(parked().at("20:00").say(LEVEL, 90, "%"))) == Standby()
    assert first_standby(leave(parked().at("20:00").say(LEVEL, 81, "%"))).percent == 0


def test_kilometres_without_a_trip_are_no_standby_loss() -> None:
    story = parked()
    story.is_silent = True
    story.at("12:00").depart().drive("12:30", 30).arrive()
    story.is_silent = False
    stop, signs = stops(leave(story.at("13:00").odometer().at("20:00").say(LEVEL, 60, "%")).readings)[0]
    assert stop.missing_km == 30
    assert derive_standby(stop, signs, usable_kwh=USABLE_KWH, is_charged=False) == Standby()


def test_a_stop_that_goes_on_lost_what_it_lost_until_the_level_was_last_told() -> None:
    standby = first_standby(parked().at("20:30").say(LEVEL, 79, "%"))
    assert (standby.percent, standby.over_ms) == (1, clock("20:30") - clock("08:30"))
    assert first_standby(parked()) == Standby()


def test_a_sum_is_more_exact_than_its_parts_and_leaves_out_what_is_not_known() -> None:
    standby = first_standby(leave(parked().at("20:00").say(LEVEL, 78, "%")))
    total = add_standbys([standby, Standby(), standby, standby, standby])
    assert (total.percent, total.kwh, total.mean_w, total.over_ms) == (8, 6.4, 133.3, 4 * standby.over_ms)
    assert total.band == {"standby_percent": 2, "standby_kwh": 1.6, "standby_mean_w": 33.3}
    assert add_standbys([Standby()]) == Standby()


def test_what_was_at_work_is_said_in_words() -> None:
    story = parked().at("19:50").say(CLIMATE, "HEATING").at("20:20").say(CLIMATE, "INACTIVE")
    story.at("20:21").say(ALARM, value=True).at("20:22").say(ALARM, value=False)
    _, signs = stops(leave(story).readings)[0]
    assert (signs.causes, signs.climate_s) == (("climate", "alarm"), 1800)
    _, signs = stops(leave(parked().at("19:50").say(CLIMATE, "STANDBY")).readings)[0]
    assert (signs.causes, signs.climate_s) == ((), 0)


def test_deep_sleep_lasts_until_the_car_is_woken_or_leaves() -> None:
    slept = parked().at("09:30").say(ASLEEP, value=True)
    assert stops(leave(slept).readings)[0][1].deep_sleep_s == 11 * 3600
    slept = parked().at("09:30").say(ASLEEP, value=True).at("10:30").say(ASLEEP, value=False)
    assert stops(leave(slept).readings)[0][1].deep_sleep_s == 3600
    assert stops(leave(parked()).readings)[0][1].deep_sleep_s is None


@given(st.permutations(range(8)), st.integers(0, 7))
def test_the_order_and_repetition_of_what_was_told_changes_nothing(order: list[int], repeated: int) -> None:
    story = leave(parked().at("20:00").say(LEVEL, 78, "%").at("20:10").say(CLIMATE, "HEATING").say(ALARM, value=True))
    stop, signs = stops(story.readings)[0]
    parts = [story.readings[number::8] for number in order]
    mixed = [reading for part in [*parts, parts[repeated]] for reading in part]
    assert read_parked_signs(stop, mixed) == signs


@given(st.integers(0, 100), st.integers(0, 100), st.floats(1, 120), st.integers(1, 10**9))
def test_nothing_is_ever_negative(start: int, end: int, usable_kwh: float, lasted_ms: int) -> None:
    stop = Stop(
        start_at_ms=0,
        end_at_ms=lasted_ms,
        start_soc_percent=start,
        end_soc_percent=end,
        latitude_deg=None,
        longitude_deg=None,
        missing_km=0,
    )
    standby = derive_standby(
        stop, ParkedSigns(last_level_percent=end, last_level_ms=0), usable_kwh=usable_kwh, is_charged=False
    )
    numbers = (standby.percent, standby.kwh, standby.mean_w)
    assert all(number is None or number >= 0 for number in numbers)
    assert set(standby.band) == set(standby.how)
