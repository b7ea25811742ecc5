"""Days of a car, written by hand, and the trips that they are: the specification of the fold."""

import random
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.domain.trips.trip_stories import (
    IGNITION,
    KM_PER_DEGREE,
    LATITUDE,
    LEVEL,
    LOCK,
    LONGITUDE,
    MIDNIGHT_MS,
    MOVING,
    ODOMETER,
    PLUG,
    SEGMENT_END,
    USABLE,
    VIN,
    Story,
    body,
    clock,
    fold,
    trips,
)

from bimmerhub.domain.folds.fold import fold_order
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.domain.trips.trips_fold import TripsFold
from bimmerhub.times import HOUR_MS, MINUTE_MS, SECOND_MS


def parked() -> Story:
    return Story().at("06:00").say(LOCK, "SECURED").say(USABLE, 80.0, "kWh").say(LEVEL, 90, "%").place().odometer()


def commute() -> Story:
    return parked().at("08:00").depart().drive("08:30", 20).say(LEVEL, 85, "%").arrive()


def test_a_drive_is_a_trip() -> None:
    [record] = fold(commute().readings)
    trip = body(record)
    assert (record.start_at_ms, record.end_at_ms) == (clock("08:00"), clock("08:30"))
    assert (trip.start_odometer_km, trip.end_odometer_km, trip.distance_km) == (10_000, 10_020, 20)
    assert (trip.is_over, trip.is_final, trip.missing_before_km) == (True, True, 0)
    assert (trip.start_soc_percent, trip.end_soc_percent, trip.energy_kwh) == (90, 85, 4.0)
    assert trip.consumption_kwh_per_100km == 20
    assert trip.segment.acceleration_stars == 3.5
    assert trip.how["distance_km"] == "measured"


def test_an_hour_of_parking_makes_two_trips() -> None:
    story = commute().at("09:30").depart().drive("10:00", 20).arrive()
    assert trips(story) == [("08:00:00", "08:30:00", 20), ("09:30:00", "10:00:00", 20)]


def test_a_red_light_ends_nothing() -> None:
    story = parked().at("08:00").depart().drive("08:10", 6).stop().at("08:12").say(MOVING, value=True)
    story.drive("08:30", 14).arrive()
    assert trips(story) == [("08:00:00", "08:30:00", 20)]
    [record] = fold(story.readings)
    assert body(record).standing_s == 120


def test_a_fuel_stop_is_part_of_the_trip() -> None:
    """It is switched off, locked, and summed up by BMW; seven minutes later it drives on."""
    story = parked().at("08:00").depart().drive("08:30", 20).arrive().at("08:37").depart().drive("09:00", 20).arrive()
    assert trips(story) == [("08:00:00", "09:00:00", 40)]


def test_a_radio_hole_of_ten_minutes_ends_nothing() -> None:
    story = parked().at("08:00").depart().drive("08:10", 10)
    story.is_silent = True
    story.drive("08:20", 15)
    story.is_silent = False
    story.place().drive("08:30", 10).arrive()
    assert trips(story) == [("08:00:00", "08:30:00", 35)]


def test_a_hole_of_forty_minutes_on_the_motorway_ends_nothing() -> None:
    story = parked().at("08:00").depart().drive("08:20", 30)
    story.is_silent = True
    story.drive("09:00", 75)
    story.is_silent = False
    story.place().drive("09:20", 30).arrive()
    assert trips(story) == [("08:00:00", "09:20:00", 135)]


def test_a_tunnel_without_positions_ends_nothing() -> None:
    story = parked().at("08:00").depart().drive("08:10", 10)
    story.now_ms, story.km, story.north_km = clock("08:22"), story.km + 12, story.north_km + 12
    story.odometer().place().drive("08:30", 8).arrive()
    assert trips(story) == [("08:00:00", "08:30:00", 30)]


def test_a_car_train_is_part_of_the_trip() -> None:
    """Loaded at 08:30, switched off; 35 minutes later it drives off 20 km further on, by the same odometer."""
    story = parked().at("08:00").depart().drive("08:30", 20).arrive().at("09:05")
    story.north_km += 20
    story.depart().drive("09:30", 20).arrive()
    assert trips(story) == [("08:00:00", "09:30:00", 40)]


def test_a_ferry_that_tells_where_it_is_invents_no_trip() -> None:
    story = parked().at("08:00").depart().drive("08:30", 20).arrive()
    for time in ("09:00", "09:30", "10:00"):
        story.at(time)
        story.north_km += 15
        story.place()
    story.at("10:20").depart().drive("10:40", 15).arrive()
    assert len(trips(story)) == 1


def test_a_burst_an_hour_late_changes_nothing() -> None:
    story = commute().at("10:00").depart().drive("10:20", 10).arrive()
    late = [
        reading._replace(sent_at_ms=reading.measured_at_ms + HOUR_MS)
        if reading.measured_at_ms < clock("08:20")
        else reading
        for reading in story.readings
    ]
    assert trips(replace(story, readings=late)) == trips(story)


def test_an_end_that_is_never_told_is_where_it_was_driven_last() -> None:
    story = parked().at("08:00").depart().drive("08:30", 20).place()
    assert trips(story) == [("08:00:00", "08:30:00", 20)]
    [record] = fold(story.readings)
    assert body(record).how["end_at"] == "estimated"


def test_a_lost_departure_begins_with_the_ignition() -> None:
    story = parked().at("08:00").say(IGNITION, value=True).drive("08:30", 20).arrive()
    assert trips(story) == [("08:00:00", "08:30:00", 20)]


@given(
    heading_deg=st.floats(0, 360),
    pace_s=st.integers(1, 180),
    apart_s=st.integers(0, 2),
    kmh=st.integers(20, 130),
    is_odometer_told=st.booleans(),
    is_motion_told=st.booleans(),
)
@example(heading_deg=90, pace_s=1, apart_s=0, kmh=40, is_odometer_told=False, is_motion_told=True)
@example(heading_deg=45, pace_s=2, apart_s=1, kmh=40, is_odometer_told=False, is_motion_told=False)
@settings(max_examples=25, deadline=None)
def test_a_drive_is_as_long_in_any_direction_and_at_any_pace(
    *, heading_deg: float, pace_s: int, apart_s: int, kmh: int, is_odometer_told: bool, is_motion_told: bool
) -> None:
    story = replace(parked(), heading_deg=heading_deg, pace_s=pace_s, apart_s=apart_s).at("08:00")
    story.depart().drive("08:40", kmh * 40 / 60).arrive()
    untold = {*(() if is_odometer_told else (ODOMETER,)), *(() if is_motion_told else (MOVING, IGNITION, SEGMENT_END))}
    [(_, end, km)] = trips(replace(story, readings=[said for said in story.readings if said.descriptor not in untold]))
    assert "08:36:00" <= end <= "08:41:00"
    assert km is not None
    assert abs(km - kmh * 40 / 60) <= 1 + 0.01 * km


def test_sitting_in_the_car_is_no_trip() -> None:
    story = parked().at("08:00").say(IGNITION, value=True).place().at("08:20").say(IGNITION, value=False).place()
    assert trips(story) == []


def test_moving_the_car_in_its_yard_is_no_trip() -> None:
    story = parked().at("08:00").depart()
    story.north_km += 0.04
    story.at("08:01").arrive()
    assert trips(story) == []


def test_a_position_that_jitters_begins_no_trip() -> None:
    story = parked().at("07:00")
    story.north_km += 0.03
    story.place().at("07:10")
    story.north_km -= 0.03
    assert trips(story.place()) == []


def test_plugging_in_ends_a_trip_at_once() -> None:
    """Twelve minutes at a fast charger are a session between two trips."""
    story = parked().at("08:00").depart().drive("08:30", 20).arrive().say(PLUG, "CONNECTED")
    story.at("08:43").say(PLUG, "DISCONNECTED").depart().drive("09:00", 20).arrive()
    assert trips(story) == [("08:00:00", "08:30:00", 20), ("08:43:00", "09:00:00", 20)]


def test_a_car_that_reports_arrivals_only_has_trips_with_a_guessed_start() -> None:
    story = Story().at("06:00").report_arrival()
    for time, km in (("08:30", 20), ("17:30", 21)):
        story.at(time)
        story.km, story.north_km = story.km + km, story.north_km + 15
        story.report_arrival()
    records = fold(story.readings)
    assert [body(record).distance_km for record in records] == [20, 21]
    assert [record.end_at_ms for record in records] == [clock("08:30"), clock("17:30")]
    for record in records:
        assert body(record).how["start_at"] == "estimated"
        assert body(record).start_uncertainty_s > 5 * 60
        assert 10 * MINUTE_MS < record.end_at_ms - record.start_at_ms < 60 * MINUTE_MS


def test_arrivals_in_a_row_are_one_trip_before_and_after_the_next_one() -> None:
    """It reports at each stop only, the odometer a second before the position."""
    story = Story().at("06:00").report_arrival()
    for time, km in (("08:00", 20), ("08:20", 5), ("08:40", 7), ("17:00", 9)):
        story.at(time).go(km)
        before = trips(story)
        story.odometer()
        story.now_ms += SECOND_MS
        story.place()
        if time == "17:00":
            assert trips(story)[: len(before)] == before
    assert [round(km or 0) for _, _, km in trips(story)] == [32, 9]


@pytest.mark.parametrize("is_odometer_first", [True, False])
@pytest.mark.parametrize("minutes", [14, 16, 20, 40])
def test_a_car_without_reception_that_said_that_it_moves_drove_until_it_stood(
    *, minutes: int, is_odometer_first: bool
) -> None:
    """It leaves a garage, is heard of again where it stands, 20 km further on."""
    story = parked().at("08:00").say(MOVING, value=True).at(f"08:{minutes}").stop()
    story.go(20)
    story.now_ms += SECOND_MS
    story = story.odometer().place() if is_odometer_first else story.place().odometer()
    assert trips(story) == [("08:00:00", f"08:{minutes}:00", 20)]
    [record] = fold(story.readings)
    assert body(record).end_latitude_deg == round(50 + 20 / KM_PER_DEGREE, 6)
    story.at("12:00").depart().drive("12:30", 20).arrive()
    assert trips(story) == [("08:00:00", f"08:{minutes}:00", 20), ("12:00:00", "12:30:00", 20)]


def test_a_car_without_reception_that_is_heard_of_on_its_way_began_when_it_said_that_it_moves() -> None:
    story = parked().at("08:00").say(MOVING, value=True)
    story.is_silent = True
    story.drive("08:25", 20)
    story.is_silent = False
    story.place().drive("08:50", 20).arrive()
    assert trips(story) == [("08:00:00", "08:50:00", 40)]


def test_a_car_that_came_two_kilometres_in_three_silent_hours_was_parked_meanwhile() -> None:
    story = parked().at("08:00").say(MOVING, value=True).at("11:00").stop()
    story.go(2)
    [(start, end, km)] = trips(story.place().odometer())
    assert "10:50:00" < start < end == "11:00:00"
    assert km == 2


def test_a_start_that_is_guessed_is_not_called_measured() -> None:
    story = commute().at("12:00")
    readings = [*story.readings]
    story.drive("12:30", 20)
    story.place()
    silent = [said for said in story.readings if said.descriptor not in {MOVING, IGNITION}]
    for said in (silent, [*readings, *(said for said in story.readings if said not in readings)]):
        record = fold(said)[-1]
        assert record.start_at_ms != clock("12:00")
        assert body(record).how["start_at"] == "estimated"


@pytest.mark.parametrize("descriptor", signal_by_name("last_trip_ended").descriptors())
def test_what_told_the_end_is_named_in_full(descriptor: str) -> None:
    story = parked().at("08:00").depart().drive("08:30", 20).arrive(is_summed_up=False)
    story.say(descriptor, "2026-09-04T08:30:00Z")
    [record] = fold(story.readings)
    assert body(record).ended_by == descriptor


@pytest.mark.parametrize(("km", "level", "energy_kwh"), [(20, 60, None), (40, 60, 24.0), (3, 60, None), (3, 88, 1.6)])
def test_energy_that_no_car_needs_for_its_way_is_not_told(km: int, level: int, energy_kwh: float | None) -> None:
    """The charge level jumped."""
    [record] = fold(parked().at("08:00").depart().drive("08:30", km).say(LEVEL, level, "%").arrive().readings)
    trip = body(record)
    assert trip.energy_kwh == energy_kwh
    assert trip.how["energy_kwh"] == ("impossible" if energy_kwh is None else "estimated")
    assert energy_kwh or trip.consumption_kwh_per_100km is None


def only_places(*others: str) -> Story:
    """Return a day of a car of which somebody ticked positions, and these descriptors, only: out and back again."""
    story = Story().at("07:00").place().odometer().at("08:00").drive("08:30", 20)
    story.place().at("10:00").place().at("12:00").drive("12:30", 20)
    story.place().odometer().at("12:40").place()
    kept = [reading for reading in story.readings if reading.descriptor in {LATITUDE, LONGITUDE, *others}]
    return replace(story, readings=kept)


def test_positions_alone_are_trips() -> None:
    times = [(start[:5], end) for start, end, _ in trips(only_places())]
    assert times == [("07:57", "08:30:00"), ("11:57", "12:30:00")]


def test_positions_and_an_odometer_are_trips() -> None:
    found = trips(only_places(ODOMETER))
    assert len(found) == 2
    assert [round(km or 0) for _, _, km in found] == [20, 20]


def test_a_round_trip_by_positions_alone_is_one() -> None:
    story = Story().at("07:00").place().at("08:00").drive("08:20", 10).drive("08:40", -10)
    story.place().at("10:00").place()
    places = [reading for reading in story.readings if reading.descriptor in {LATITUDE, LONGITUDE}]
    [(_, end, km)] = trips(replace(story, readings=places))
    assert end == "08:40:00"
    assert 17 <= (km or 0) <= 21


def test_a_car_of_few_words_that_is_carried_was_not_driven() -> None:
    story = Story().at("07:00").place().odometer()
    for time in ("08:00", "08:10", "08:20"):
        story.at(time)
        story.north_km += 8
        story.place()
    assert trips(story.at("09:00").place().odometer()) == []


def test_kilometres_that_a_car_of_many_words_did_not_tell_are_missing() -> None:
    story = commute()
    story.is_silent = True
    story.at("12:00").depart().drive("12:40", 40).arrive().at("13:00").depart()
    story.north_km -= 80
    story.drive("13:40", 40).arrive()
    story.is_silent = False
    story.at("17:00").odometer().at("18:00").depart().drive("18:30", 20).arrive()
    records = fold(story.readings)
    assert [body(record).distance_km for record in records] == [20, 20]
    assert [body(record).missing_before_km for record in records] == [0, 80]


def test_hints_begin_and_end_a_trip() -> None:
    story = parked().at("08:00").say("hint.driving", value=True).at("08:02").place().drive("08:30", 20)
    story.say("hint.driving", value=False).at("08:40").odometer()
    assert trips(story) == [("08:00:00", "08:30:00", 20)]


def test_hints_hold_for_a_car_that_tells_of_its_arrival_only() -> None:
    story = Story().at("06:00").report_arrival().at("08:00").say("hint.driving", value=True).at("09:20")
    story.km, story.north_km = story.km + 70, story.north_km + 50
    story.report_arrival().at("09:21").say("hint.driving", value=False)
    assert trips(story) == [("08:00:00", "09:21:00", 70)]


def test_an_end_that_an_old_summary_repeats_is_not_taken() -> None:
    story = commute().at("10:00").depart().say(SEGMENT_END, "04.09.2026 08:30:00 UTC").drive("10:30", 20).arrive()
    assert trips(story)[1] == ("10:00:00", "10:30:00", 20)


@pytest.mark.parametrize("seed", range(5))
def test_order_and_repetition_make_no_difference(seed: int) -> None:
    story = commute().at("09:30").depart().drive("10:00", 20).arrive()
    chance = random.Random(seed)
    shuffled = chance.sample(story.readings * 2, 2 * len(story.readings))
    assert fold(shuffled) == fold(story.readings)


def test_a_trip_is_shown_while_it_is_driven_and_ends_by_time() -> None:
    story = parked().at("08:00").depart().drive("08:20", 12).place()
    folding, state = TripsFold(), TripsFold.initial
    for reading in sorted(story.readings, key=fold_order):
        step = folding.step(state, reading)
        state = state if step is None else step.state
    now_ms = clock("08:21")
    [record] = folding.open_records(state, now_ms)
    assert not body(record).is_over
    assert [event.kind for event in folding.open_events(state, now_ms)] == ["trip_started"]
    due_ms = folding.due_ms(state, now_ms)
    assert due_ms == clock("08:35")
    [record] = folding.open_records(state, due_ms)
    assert (body(record).is_over, record.end_at_ms) == (True, clock("08:20"))
    events = folding.open_events(state, due_ms)
    assert [event.cause for event in events] == [
        f"{kind} {VIN} {clock('08:00')}" for kind in ("trip_started", "trip_ended")
    ]
    assert folding.due_ms(state, due_ms) == due_ms + HOUR_MS
    assert folding.is_at_rest(state, MIDNIGHT_MS + 12 * HOUR_MS)
    assert clock("08:20:30") == clock("08:20") + 30 * SECOND_MS
