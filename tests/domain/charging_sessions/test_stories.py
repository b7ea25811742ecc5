"""Charges as cars tell them, and what the record says of each: the specification of the fold, by hand."""

import pytest
from tests.domain.charging_sessions.story import Night, at


def an_evening() -> Night:
    """A BEV at a wallbox: 40 to 80 % of 76 kWh, ended by the car, unplugged in the morning."""
    return (
        Night()
        .parked("17:58", soc=40, odometer=1000, capacity=76, missing=45.6)
        .plug("18:00", plug_event=7)
        .said("18:00:20", status="INITIALIZATION", target=80)
        .wallbox("18:00:40", soc=40, missing=45.6, minutes=181)
        .wallbox("19:30:40", soc=60, missing=30.4, minutes=91)
        .end("21:01:40", soc=80, missing=15.2, reason="CHARGING_GOAL_REACHED", port="CONNECTED")
        .unplug("1 07:00", soc=80)
        .drive("1 07:03", soc=80, odometer=1000)
    )


def test_an_evening_from_plug_to_plug() -> None:
    session = an_evening().session()
    assert (session.plugged_at_ms, session.unplugged_at_ms) == (at("18:00"), at("1 07:00"))
    assert (session.started_at_ms, session.ended_at_ms) == (at("18:00:40"), at("21:01:40"))
    assert (session.start_soc_percent, session.end_soc_percent) == (40, 80)
    assert (session.kind, session.phases, len(session.parts), session.max_power_kw) == ("ac", 3, 1, 11.04)
    assert (session.end_reason, session.is_target_reached) == ("target_reached", True)
    assert session.how["started_at"] == session.how["unplugged_at"] == "measured"
    assert session.start_odometer_km == 1000


def test_an_evening_says_what_it_took_and_lost() -> None:
    session = an_evening().session()
    assert session.energy_battery_kwh == pytest.approx(30.4)
    assert session.energy_grid_kwh == pytest.approx(11.04 * 181 / 60, rel=0.01)
    assert session.losses_kwh == pytest.approx(33.3 - 30.4, abs=0.25)
    assert session.how["energy_battery_kwh"] == session.how["energy_grid_kwh"] == "derived"


def test_events_of_an_evening() -> None:
    assert an_evening().events() == ["charging_started", "charging_ended"]


def test_a_charge_under_way_has_no_end_yet() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40, minutes=180)
    session = night.session(now="18:30")
    assert (session.ended_at_ms, session.unplugged_at_ms, session.end_reason) == (None, None, None)
    assert session.parts[0].ended_at_ms is None


def test_an_end_that_was_never_pushed_is_seen_soon_after_it_was_due() -> None:
    night = Night().parked("17:58", capacity=76).plug("18:00").wallbox("18:00", soc=40, target=80, minutes=181)
    night.wallbox("20:30", soc=73, minutes=31)
    assert night.due() == at("21:04")
    assert night.session(now="21:03").ended_at_ms is None
    session = night.session(now="21:05")
    assert (session.ended_at_ms, session.unplugged_at_ms) == (at("21:01"), None)
    assert (session.end_reason, session.how["ended_at"]) == ("target_reached", "estimated")
    assert session.end_soc_percent == pytest.approx(80, abs=1)


def test_an_end_that_was_never_pushed_lies_where_it_was_due_when_the_car_leaves() -> None:
    night = Night().parked("17:58", capacity=76).plug("18:00").wallbox("18:00", soc=40, target=80, minutes=181)
    night.wallbox("20:30", soc=73, minutes=31).drive("1 07:00", soc=80)
    session = night.session()
    assert (session.ended_at_ms, session.unplugged_at_ms) == (at("21:01"), at("1 07:00"))
    assert session.end_soc_percent == 80
    assert session.how["unplugged_at"] == "estimated"
    assert session.energy_battery_kwh == pytest.approx(30.4)


def test_without_remaining_time_the_end_is_reckoned_from_the_level() -> None:
    night = (
        Night().parked("10:00", soc=18).plug("10:20", dc_port="CONNECTED").charge("10:21", kw=190, soc=18, target=80)
    )
    night.charge("10:25", kw=190, soc=32)
    session = night.session(now="12:00")
    assert session.ended_at_ms is not None
    assert at("10:35") < session.ended_at_ms < at("10:45")
    assert session.kind == "dc"


def test_a_charge_that_nothing_tells_the_end_of_goes_on_for_a_day() -> None:
    night = Night().parked("17:58").plug("18:00").charge("18:01", kw=None)
    assert night.session(now="1 17:00").ended_at_ms is None
    assert night.session(now="1 18:30").ended_at_ms == at("18:01")


def test_pauses_of_six_minutes_join_and_longer_ones_part() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40)
    night.end("18:30", status="CHARGINGPAUSED").wallbox("18:36", soc=46)
    night.end("19:00", status="CHARGINGPAUSED").wallbox("20:00", soc=52)
    session = night.end("21:00", soc=66).session()
    assert [(part.started_at_ms, part.ended_at_ms) for part in session.parts] == [
        (at("18:01"), at("19:00")),
        (at("20:00"), at("21:00")),
    ]


def test_a_plug_that_bounces_makes_one_session() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40).unplug("18:30").plug("18:34")
    night.wallbox("18:35", soc=47).end("19:00", soc=52).unplug("19:10")
    session = night.session()
    assert (session.plugged_at_ms, session.unplugged_at_ms) == (at("18:00"), at("19:10"))


def test_two_sessions_in_one_minute_are_two() -> None:
    night = Night().parked("17:58", plug_event=6).plug("18:00:05", plug_event=7).charge("18:00:08", soc=40)
    night.unplug("18:00:20").plug("18:00:40", plug_event=8).charge("18:00:45").end("19:00", soc=52).unplug("19:10")
    first, second = night.sessions()
    assert (first.plugged_at_ms, first.unplugged_at_ms) == (at("18:00:05"), at("18:00:20"))
    assert second.plugged_at_ms == at("18:00:40")


def test_another_plug_number_is_another_session_though_nobody_said_the_plug_was_out() -> None:
    night = Night().parked("17:58", plug_event=6).plug("18:00", plug_event=7).wallbox("18:01", soc=40)
    night.end("19:00", soc=52).plug("23:00", plug_event=8).wallbox("23:01", soc=50).end("1 01:00", soc=70)
    first, second = night.sessions()
    assert first.unplugged_at_ms == at("19:00")
    assert (second.plugged_at_ms, second.start_soc_percent) == (at("23:00"), 50)


def test_a_port_that_is_stamped_anew_at_each_start_is_the_same_plug() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40).end("19:00", soc=52, port="CONNECTED")
    assert night.wallbox("1 02:00", soc=52).end("1 03:00", soc=64, port="CONNECTED").session().plugged_at_ms == at(
        "18:00"
    )


def test_the_next_drive_says_that_the_plug_was_out() -> None:
    session = an_evening_without_plug_out().session()
    assert session.unplugged_at_ms == at("1 07:03")
    assert (session.how["unplugged_at"], session.band["unplugged_at"]) == ("estimated", 36_080)


def an_evening_without_plug_out() -> Night:
    night = an_evening()
    night.readings = [reading for reading in night.readings if reading.measured_at_ms != at("1 07:00")]
    return night


def test_a_drive_that_only_the_odometer_tells_of_ends_it_too() -> None:
    night = Night().parked("17:58", odometer=1000).plug("18:00").wallbox("18:01", soc=40).end("19:00", soc=52)
    session = night.said("1 09:00", odometer=1040, soc=40).session()
    assert session.unplugged_at_ms == at("1 08:00")
    assert session.end_soc_percent == 52


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("HV_BATTERY_FULLY_CHARGED", "full"),
        ("CUSTOMER_INTERACTION_APP_CHARGING_TARGET_REACHED", "target_reached"),
        ("CUSTOMER_INTERACTION_HMI_UNPLUG_CABLE_ONCE", "unplugged"),
        ("CUSTOMER_INTERACTION_AC_CHARGING_STOP_VIA_APP", "stopped"),
        ("INFRASTRUCTURE_DC_CCS_COMMUNICATION_ERROR", "failed"),
        ("INFRASTRUCTURE_NO_ENERGY_TRANSFER", "interrupted"),
    ],
)
def test_bmws_reason_comes_first(word: str, reason: str) -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40, target=80)
    session = night.end("19:00", soc=52, end_reason=word).session()
    assert (session.end_reason, session.bmw_reason) == (reason, word)


def test_the_reason_said_at_the_start_is_that_of_the_charge_before() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40, target=80, reason="CONNECTOR_REMOVED")
    assert night.end("20:00", soc=80).session().end_reason == "target_reached"


def test_ends_without_a_reason() -> None:
    def night() -> Night:
        return Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40, target=80)

    assert night().end("20:00", soc=80).session().end_reason == "target_reached"
    assert night().end("20:00", soc=100).session().end_reason == "full"
    assert night().end("19:00", soc=52, status="CHARGINGERROR").session().end_reason == "failed"
    assert night().end("19:00", soc=52, status="CHARGINGINTERRUPTED").session().end_reason == "interrupted"
    assert night().end("19:00", soc=52).session().end_reason == "stopped"
    assert night().unplug("19:00", soc=52).session().end_reason == "unplugged"


def test_nothing_flowed_but_the_plug_was_in() -> None:
    session = Night().parked("17:58").plug("18:00").unplug("19:00").session()
    assert (session.parts, session.started_at_ms, session.energy_battery_kwh) == ((), None, None)
    assert session.end_reason == "unplugged"
    assert Night().parked("17:58").plug("18:00").unplug("18:00:10").sessions() == []


def test_phases_that_go_back_at_the_end_stay() -> None:
    assert an_evening().session().phases == 3


def test_phases_come_before_the_charge_and_are_counted_from_the_power() -> None:
    night = (
        Night().parked("17:58").plug("18:00").said("18:00:50", phases="3-PHASES").charge("18:01", volts=230, amps=16)
    )
    assert night.session().phases == 3
    night = Night().parked("17:58").plug("18:00").charge("18:01", kw=3.68, volts=230, amps=16)
    assert night.session().phases == 1


def test_a_voltage_between_phases_carries_the_square_root_of_three() -> None:
    night = Night().parked("17:58").plug("18:00").charge("18:00", kw=None, volts=400, amps=16, phases="3-PHASES")
    session = night.end("19:00").session()
    assert session.energy_grid_kwh == pytest.approx(11.085, abs=0.01)


def test_power_alone_tells_an_i4() -> None:
    night = Night().parked("17:58", soc=44).plug("18:00").said("18:00:50", phases="3-PHASES").charge("18:01", soc=44)
    session = night.end("20:01", soc=68).session()
    assert session.energy_battery_kwh == pytest.approx(22 * 0.9, rel=0.01)
    assert session.energy_grid_kwh == pytest.approx(22, rel=0.01)
    assert session.how["energy_battery_kwh"] == session.how["energy_grid_kwh"] == "estimated"


def test_a_frozen_level_does_not_hide_what_flowed() -> None:
    night = Night().parked("17:58", soc=40, capacity=12).plug("18:00").wallbox("18:01", soc=40).wallbox("18:31", soc=40)
    session = night.end("19:01", soc=40).session()
    assert session.energy_battery_kwh == pytest.approx(9.94, abs=0.1)


def test_a_target_that_flips_to_full_does_not_undo_that_it_was_reached() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40, target=100)
    session = night.end("20:00", soc=80, reason="CHARGING_GOAL_REACHED").session()
    assert (session.end_reason, session.is_target_reached) == ("target_reached", True)


def test_charging_without_any_plug_is_a_session_until_the_car_drives() -> None:
    night = Night().said("17:00", moving=False, displayed=40, capacity=100).charge("18:00", displayed=40, minutes=60)
    night.end("19:00", displayed=51).drive("1 07:00", displayed=51)
    session = night.session()
    assert session.plugged_at_ms is None
    assert (session.started_at_ms, session.unplugged_at_ms) == (at("18:00"), at("1 07:00"))
    assert session.energy_battery_kwh == pytest.approx(11)


def test_an_i3_that_tells_only_its_stops_and_100_percent() -> None:
    night = Night().parked("16:00", soc=31, odometer=1000, capacity=37, plug_event=5)
    night.said("20:00", moving=False, soc=100, odometer=1000, port="CONNECTED", plug_event=6)
    night.parked("1 07:30", soc=90, odometer=1020, plug_event=6)
    session = night.session()
    assert (session.plugged_at_ms, session.ended_at_ms) == (at("16:00"), at("20:00"))
    assert (session.start_soc_percent, session.end_soc_percent) == (31, 100)
    assert session.energy_battery_kwh == pytest.approx(25.5, abs=0.1)
    assert session.how["energy_battery_kwh"] == session.how["started_at"] == "estimated"
    assert session.band["started_at"] == 4 * 3600
    assert session.unplugged_at_ms == at("1 07:00")


def test_an_i3_that_stopped_at_its_target_is_seen_at_the_next_stop() -> None:
    night = Night().parked("16:00", soc=31, odometer=1000, capacity=37, plug_event=5, target=80)
    night.parked("1 07:30", soc=72, odometer=1020, plug_event=6, target=80).parked("1 09:00", soc=60, odometer=1050)
    session = night.session()
    assert (session.plugged_at_ms, session.unplugged_at_ms) == (at("16:00"), at("1 07:00"))
    assert (session.start_soc_percent, session.end_soc_percent) == (31, 80)
    assert session.how["end_soc_percent"] == "estimated"
    assert session.energy_battery_kwh == pytest.approx(18.1, abs=0.1)


def test_a_level_that_rises_on_the_way_is_no_session() -> None:
    night = Night().parked("16:00", soc=31, odometer=1000)
    for minute in range(0, 60, 5):
        night.drive(f"17:{minute:02}", soc=31 + minute // 4)
    assert night.sessions() == []
    hybrid = Night().parked("16:00", soc=31, odometer=1000).said("18:00", moving=False, soc=55, odometer=1090)
    assert hybrid.sessions() == []


def test_a_radio_hole_at_the_plug_in_is_a_session_seen_late() -> None:
    night = Night().parked("17:58", soc=40, capacity=76).wallbox("19:30", soc=60, minutes=90).end("21:00", soc=80)
    session = night.unplug("1 07:00").session()
    assert (session.plugged_at_ms, session.started_at_ms) == (at("17:58"), at("17:58"))
    assert session.band["plugged_at"] == 92 * 60
    assert session.start_soc_percent == 40
    assert session.energy_battery_kwh == pytest.approx(30.4)


def test_a_radio_hole_in_the_charge_does_not_part_it() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40, minutes=180)
    assert len(night.wallbox("20:40", soc=75, minutes=25).end("21:05", soc=80).session().parts) == 1


def test_sources_that_know_the_plug_by_a_single_port() -> None:
    night = Night().said("17:58", moving=False, soc=40, rear_left=False, front_left=False)
    night.said("18:00", rear_left=True, front_left=False).wallbox("18:01", soc=40).said("18:02", front_left=False)
    session = night.end("19:00", soc=52).said("19:10", rear_left=False).session()
    assert session.unplugged_at_ms == at("19:10")


def test_older_families() -> None:
    night = Night().said("17:00", iremote_soc=40, iremote_plug="DISCONNECTED")
    night.said("18:00", iremote_soc=41, iremote_plug="CONNECTED", iremote_status="CHARGING")
    night.said("20:00", iremote_soc=80, iremote_plug="CONNECTED", iremote_status="FINISHED_FULLY_CHARGED")
    session = night.said("22:00", iremote_soc=80, iremote_plug="DISCONNECTED").session()
    assert (session.started_at_ms, session.ended_at_ms) == (at("18:00"), at("20:00"))
    app = (
        Night()
        .said("17:00", app_soc=40, app_plug=False)
        .said("18:00", app_soc=41, app_plug=True, app_status="CHARGING")
    )
    assert app.said("20:00", app_soc=80, app_plug=False, app_status="DEFAULT").session().end_soc_percent == 80


def test_a_hint_from_outside_is_a_plug() -> None:
    night = Night().said("17:58", moving=False, displayed=40).said("18:00", hint=True).charge("18:05", displayed=40)
    assert night.end("19:00", displayed=50).said("19:30", hint=False).session().plugged_at_ms == at("18:00")


def test_a_full_car_that_keeps_its_battery_warm_adds_parts_and_no_session() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=90).end("19:00", soc=100)
    session = night.charge("1 05:00", kw=2, soc=100).end("1 05:20", soc=100).unplug("1 07:00").session()
    assert len(session.parts) == 2
    assert session.end_reason == "full"


def test_energies_are_never_negative() -> None:
    night = (
        Night().parked("17:58", soc=40, capacity=76, missing=20).plug("18:00").charge("18:01", kw=1, soc=40, missing=20)
    )
    session = night.end("19:00", soc=38, missing=21).session()
    assert session.energy_battery_kwh is not None
    assert session.energy_battery_kwh >= 0


def test_a_power_in_kilowatts_that_does_not_say_so_is_none_in_watts() -> None:
    night = (
        Night().parked("17:58", soc=40).plug("18:00").charge("18:01", kw=0.011, volts=230, amps=16, phases="3-PHASES")
    )
    session = night.said("18:30", power=11).said("19:00", power=0.3).end("19:01", soc=52).session()
    assert session.max_power_kw == 11
    assert len(session.parts) == 1


def test_samples_of_the_end_only_do_not_tell_the_grid_energy() -> None:
    night = Night().parked("17:58", soc=12).plug("18:00").charge("18:01", kw=11, missing=17.3, method="AC_TYPE2PLUG")
    night.wallbox("19:16", missing=4.7).end("19:52", soc=100, missing=0)
    session = night.session()
    assert session.energy_grid_kwh == pytest.approx(17.3 / 0.9, abs=0.1)
    assert session.how["energy_grid_kwh"] == "estimated"


def test_an_end_that_only_the_method_and_the_time_tell() -> None:
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40, target=80, minutes=180)
    assert night.said("20:50", method="NOCHARGING", phases="1-PHASES", soc=80).session().ended_at_ms == at("20:50")
    night = Night().parked("17:58").plug("18:00").wallbox("18:01", soc=40, target=80, minutes=180)
    session = night.said("20:50", minutes=0, soc=80).session()
    assert (session.ended_at_ms, session.end_reason) == (at("20:50"), "target_reached")


def test_a_level_that_a_charge_explains_is_no_charge_that_nobody_saw() -> None:
    night = Night().parked("16:00", soc=57, odometer=10_541).plug("16:54").charge("16:55", missing=10.2)
    night.unplug("17:36", missing=3.4).drive("17:36:30").said("17:44", moving=False, odometer=10_544)
    assert len(night.said("17:45", odometer=10_544, soc=74).sessions()) == 1


def test_a_car_that_reckons_to_full_has_ended_at_its_target() -> None:
    night = Night().parked("17:58", capacity=76).plug("18:00").wallbox("18:00", soc=40, target=80, minutes=300)
    night.wallbox("21:00", soc=80, minutes=120)
    assert night.session(now="21:02").ended_at_ms is None
    session = night.session(now="21:04")
    assert (session.ended_at_ms, session.end_reason) == (at("21:00"), "target_reached")
    assert len(night.wallbox("21:20", soc=85, minutes=100).session(now="21:25").parts) == 1
    assert night.session(now="21:25").ended_at_ms is None


def test_a_mild_hybrid_that_tells_a_level_at_its_trips_ends_has_charged_nothing() -> None:
    night = Night().said("08:00", moving=False, trip_end=39, odometer=1000).said("12:00", trip_end=81)
    assert night.said("18:00", trip_end=45).said("1 08:00", trip_end=77, odometer=1030).sessions() == []


def test_an_odometer_that_leaps_is_no_drive() -> None:
    night = Night().parked("17:58", soc=40, odometer=17_128).plug("18:00").wallbox("18:01", soc=40, minutes=180)
    assert night.said("18:30", odometer=27_565).end("21:01", soc=80).session().unplugged_at_ms is None


def test_a_power_that_is_next_to_nothing_does_not_tell_the_end() -> None:
    night = Night().plug("18:00", soc=50, capacity=76.5, status="CHARGINGACTIVE", power=1e-310)
    assert night.session(now="18:30").ended_at_ms is None
    assert night.session(now="+2 00:00").ended_at_ms == at("18:00")


def test_counts_that_fall_while_no_current_is_said_tell_no_efficiency() -> None:
    night = Night().charge("18:00", volts=230, amps=0, phases="3-PHASES", missing=30, soc=50, port="CONNECTED")
    night.charge("18:10", volts=230, amps=0, missing=27, soc=53).charge("18:20", volts=230, amps=16, missing=25)
    energy_kwh = night.end("18:30", missing=23).session().energy_grid_kwh
    assert energy_kwh is not None
    assert 0 < energy_kwh < 20


def test_an_energy_by_a_power_that_falls_off_may_be_as_far_off_as_was_seen() -> None:
    """The first full charge of a car that says no capacity (i4): its power stands for what followed it."""
    night = Night().parked("17:58", soc=40).plug("18:00").charge("18:00", soc=40, method="AC_TYPE2PLUG")
    full = night.charge("22:00", soc=95).charge("22:40", kw=4, soc=98).end("23:00", soc=100).session()
    short = Night().parked("17:58", soc=40).plug("18:00").charge("18:00", soc=40, method="AC_TYPE2PLUG")
    short = short.end("21:00", soc=80)
    for session, share in ((full, 0.15), (short.session(), 0.05)):
        assert session.energy_battery_kwh is not None
        assert session.how["energy_battery_kwh"] == "estimated"
        assert session.band["energy_battery_kwh"] == pytest.approx(share * session.energy_battery_kwh, abs=0.01)
    assert full.energy_grid_kwh is not None
    assert full.band["energy_grid_kwh"] == pytest.approx(0.15 * full.energy_grid_kwh, abs=0.01)
