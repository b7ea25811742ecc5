"""Each model tells what such a car tells, and keeps back what such a car keeps back."""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any, cast

import pytest
from tests.emulated import HeardCars

from bimmerhub.emulator.cardata.catalogue import official_keys
from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.dialects import keys_of
from bimmerhub.emulator.cardata.voice.message import StreamMessage
from bimmerhub.emulator.cars import MODELS
from bimmerhub.ids import parse_vin

START_MS = 1_780_272_000_000  # 2026-06-01T00:00:00Z, a Monday
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
VIN = {name: model.vin for name, model in MODELS.items()}


def live(name: str, *, days: float = 10, seed: int = 1) -> tuple[HeardCars, list[StreamMessage]]:
    garage = HeardCars(seed=seed, start_ms=START_MS, models=[name])
    return garage, list(garage.advance(START_MS + round(days * DAY_MS)))


def charge(name: str, *, hours: float, **wish: object) -> tuple[HeardCars, list[StreamMessage]]:
    garage = HeardCars(seed=1, start_ms=START_MS, models=[name])
    garage.command(VIN[name], "charge", **wish)
    return garage, list(garage.advance(START_MS + round(hours * HOUR_MS)))


def sent(messages: Sequence[StreamMessage], key: str) -> list[Any]:
    return [message.value for message in messages if message.descriptor == key]


def test_vins_are_fictitious_and_told_apart_by_their_end() -> None:
    assert all(parse_vin(vin) and re.search(r"(.)\1{4}", vin) for vin in VIN.values())
    assert len({vin[-4:] for vin in VIN.values()}) == len(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_car_knows_official_keys_and_all_of_them_from_the_first_moment(name: str) -> None:
    garage = HeardCars(seed=1, start_ms=START_MS, models=[name])
    model_keys = keys_of(garage.cars[0]).keys()
    only_after_a_drive = {key for key in model_keys if ".accumulated." in key or ".avg" in key or "speedRange" in key}
    only_after_a_drive |= {keys.HEADING, keys.CONSUMPTION, keys.AUXILIARY_POWER}
    assert model_keys <= official_keys()
    only_once_set = {key for key in model_keys if ".charging.profile." in key or ".climate.timers." in key}
    assert model_keys - garage.known_of(VIN[name]).keys() <= only_after_a_drive | only_once_set


def test_old_i3_speaks_when_a_trip_ends_and_when_it_is_full_only() -> None:
    garage, messages = live("i3")
    trips = cast("list[dict[str, Any]]", garage.truth(VIN["i3"])["trips"])
    spoken = {message.measured_at_ms for message in messages}
    ends = {trip["end_ms"] + 40_000 for trip in trips}
    full = {session["end_ms"] for session in garage.charging_sessions(VIN["i3"]) if session["end_soc_percent"] == 100}
    assert spoken <= ends | full
    assert len(spoken) > 10
    keys_sent = {message.descriptor for message in messages}
    assert not keys_sent & {keys.CHARGING_STATUS, keys.CHARGING_POWER}
    assert min(sent(messages, keys.ELECTRIC_RANGE_ESTIMATE)) > 0
    assert set(sent(messages, keys.TOTAL_RANGE)) == {0}


def test_old_i3_tells_that_it_is_full() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS, models=["i3"])
    garage.command(VIN["i3"], "charge", soc_percent=90)
    messages = list(garage.advance(START_MS + 3 * HOUR_MS))
    assert sent(messages, keys.SOC_HEADER) == [100]


def test_motorcycle_is_there_by_rest_only() -> None:
    garage, messages = live("motorcycle")
    backend = garage.known_of(VIN["motorcycle"])
    odometer_km = cast("float", garage.truth(VIN["motorcycle"])["odometer_km"])
    assert messages == []
    assert backend[keys.ODOMETER].value == round(odometer_km)
    assert len(backend) < 15


def test_neue_klasse_tells_its_level_and_plug_in_other_words() -> None:
    garage, messages = charge("ix3", hours=2, soc_percent=40)
    keys_sent = {message.descriptor for message in messages}
    assert keys_sent >= {keys.SOC_DISPLAYED, keys.CHARGING_POWER, keys.CHARGING_STATUS}
    backend = garage.known_of(VIN["ix3"])
    assert backend[keys.PORT_COMBINED].value == "CONNECTED"
    assert not backend.keys() & {keys.SOC_HEADER, keys.SOC_PREDICTED, keys.PORT_STATUS, keys.PORT_IS_PLUGGED}


def test_i4_falls_silent_five_minutes_after_plug_in_until_plug_out() -> None:
    garage, messages = charge("i4", hours=3, soc_percent=40)
    assert sent(messages, keys.CHARGING_STATUS) == ["INITIALIZATION", "CHARGINGACTIVE"]
    assert max(message.measured_at_ms for message in messages) < START_MS + 5 * MINUTE_MS
    garage.command(VIN["i4"], "unplug")
    after = list(garage.advance(garage.now_ms + MINUTE_MS))
    assert sent(after, keys.CHARGING_STATUS) == ["NOCHARGING"]
    backend = garage.known_of(VIN["i4"])
    assert backend[keys.BATTERY_SIZE].value == 0.0
    assert not backend.keys() & {keys.CHARGING_VOLTAGE, keys.CHARGING_CURRENT, keys.MAX_ENERGY}


def test_mini_tells_everything_each_time_and_has_two_doors() -> None:
    _, messages = live("ice", days=3)
    events = [list(group) for _, group in groupby(messages, key=lambda message: message.sent_at_ms)]
    assert len(events) > 10
    assert min(len(event) for event in events) > 40
    assert not {message.descriptor for message in messages} & (keys.REAR_DOORS | {keys.SUNROOF})
    assert {*sent(messages, keys.door("row1", "driver"))} == {"open", "closed"}


def test_hybrid_has_both_ranges_and_freezes_its_level() -> None:
    _, messages = charge("phev", hours=4, soc_percent=10)
    at_ms = [message.measured_at_ms for message in messages if message.descriptor == keys.SOC_HEADER]
    assert HOUR_MS < max(after - before for before, after in pairwise(at_ms)) < 2.5 * HOUR_MS
    total, electric = sent(messages, keys.TOTAL_RANGE), sent(messages, keys.ELECTRIC_RANGE)
    assert total[-1] > electric[-1] + 50


def test_petrol_x1_does_not_say_whether_it_moves() -> None:
    garage, messages = live("x1", days=3)
    assert len(messages) > 200
    assert not garage.known_of(VIN["x1"]).keys() & {keys.IS_MOVING, keys.IGNITION}


def test_what_only_rest_has_is_never_sent() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS, models=[*MODELS])
    keys_sent = {message.descriptor for message in garage.advance(START_MS + 7 * DAY_MS)}
    assert not keys_sent & {keys.HV_STATUS, keys.TIME_REMAINING, keys.PORT_COMBINED, keys.SERVICES, keys.SOC_PREDICTED}
    assert garage.known_of(VIN["bev"])[keys.HV_STATUS].value is not None


def drive_of_an_hour(report_every_s: float) -> list[StreamMessage]:
    garage = HeardCars(seed=1, start_ms=START_MS, models=["bev"], report_every_s=report_every_s)
    garage.command(VIN["bev"], "drive", minutes=60)
    return list(garage.advance_with_repeats(START_MS + 90 * MINUTE_MS))


def test_pace_of_reports_can_be_chosen() -> None:
    often, seldom = (len(sent(drive_of_an_hour(pace_s), keys.LATITUDE)) for pace_s in (4, 60))
    assert often == pytest.approx(15 * seldom, rel=0.2)


def test_hour_of_a_dense_car_can_be_as_heavy_as_observed() -> None:
    assert len(drive_of_an_hour(2)) > 33_000 / 6  # 33,000 on a heavy day


def test_pace_below_a_second_is_refused() -> None:
    with pytest.raises(ValueError, match="report_every_s"):
        HeardCars(seed=1, start_ms=START_MS, report_every_s=0.5)


def test_hybrid_predicts_too_much_while_its_level_is_frozen() -> None:
    garage, _ = charge("phev", hours=1.4, soc_percent=10)
    backend, really = garage.known_of(VIN["phev"]), cast("float", garage.truth(VIN["phev"])["soc_percent"])
    header, predicted = (cast("float", backend[key].value) for key in (keys.SOC_HEADER, keys.SOC_PREDICTED))
    assert header < really - 5
    assert predicted > header + 10


def test_three_of_five_latitudes_and_longitudes_have_a_partner() -> None:
    _, messages = live("bev", days=20)
    north, east = (
        {message.measured_at_ms for message in messages if message.descriptor == key}
        for key in (keys.LATITUDE, keys.LONGITUDE)
    )
    assert 2 * len(north & east) / (len(north) + len(east)) == pytest.approx(0.604, abs=0.05)


def test_phases_are_told_before_the_status_and_only_when_they_change() -> None:
    _, messages = charge("bev", hours=3, soc_percent=90)
    reports = [message for message in messages if message.descriptor in {keys.CHARGING_PHASES, keys.CHARGING_STATUS}]
    expected = ["INITIALIZATION", "3-PHASES", "CHARGINGACTIVE", "CHARGINGENDED", "1-PHASES"]
    assert [message.value for message in reports] == expected


def test_i5_tells_its_plug_by_the_port_alone() -> None:
    garage, messages = charge("bev", hours=2, soc_percent=40)
    plug_keys = {key for key in garage.known_of(VIN["bev"]) if ".port." in key or ".chargingPort." in key}
    assert plug_keys == {keys.PORT_STATUS, keys.PORT_TEXT, keys.PORT_EVENT, keys.PORT_LOCKED}
    assert sent(messages, keys.PORT_TEXT)[0] == "CONNECTED"


def test_neue_klasse_repeats_a_target_that_is_not_true() -> None:
    garage = HeardCars(seed=1, start_ms=START_MS, models=["ix3"])
    garage.command(VIN["ix3"], "charge", soc_percent=40, target_percent=80)
    messages = list(garage.advance(START_MS + 5 * HOUR_MS))
    assert set(sent(messages, keys.SOC_TARGET)) == {100}
    assert len(sent(messages, keys.SOC_TARGET)) > 3
    assert garage.truth(VIN["ix3"])["soc_percent"] == pytest.approx(80, abs=0.1)


def test_diesel_of_idrive_6_tells_three_things_when_a_trip_ends() -> None:
    garage, messages = live("530d")
    fuel = {keys.FUEL_LEVEL, keys.FUEL_LITRES}
    assert {message.descriptor for message in messages} == {keys.ODOMETER, keys.LATITUDE, keys.LONGITUDE, *fuel}
    trips = cast("list[dict[str, Any]]", garage.truth(VIN["530d"])["trips"])
    assert len({message.measured_at_ms for message in messages}) <= len(trips)
    assert keys.STARTER_VOLTAGE in garage.known_of(VIN["530d"])


def test_x3_hybrid_has_its_level_by_rest_only() -> None:
    garage, messages = charge("x3-30e", hours=2, soc_percent=40)
    levels = {keys.SOC_HEADER, keys.SOC_DISPLAYED, keys.SOC_AT_TRIP_END}
    assert not levels & {message.descriptor for message in messages}
    really = cast("float", garage.truth(VIN["x3-30e"])["soc_percent"])
    header = cast("int", garage.known_of(VIN["x3-30e"])[keys.SOC_HEADER].value)
    assert header == pytest.approx(really, abs=20)
    assert header > 45


@pytest.mark.parametrize(("name", "about"), [("x5-30d", 39.5), ("cooper-s", 81)])
def test_cars_without_a_plug_tell_a_level_at_the_end_of_a_trip(name: str, about: float) -> None:
    garage, messages = live(name, days=5)
    levels = sent(messages, keys.SOC_AT_TRIP_END)
    assert levels
    assert all(level == pytest.approx(about, abs=2.1) for level in levels)
    assert garage.truth(VIN[name])["soc_percent"] is None
    assert not garage.known_of(VIN[name]).keys() & {keys.SOC_HEADER, keys.CHARGING_STATUS, keys.PORT_STATUS}


def test_petrol_car_tells_a_charge_target() -> None:
    garage, messages = live("m2", days=5)
    assert set(sent(messages, keys.SOC_TARGET)) == {100}
    assert cast("int", garage.known_of(VIN["m2"])[keys.FUEL_LITRES].value) > 0


def test_electric_i4_tells_an_empty_tank() -> None:
    garage, messages = live("i4-35", days=3)
    assert set(sent(messages, keys.FUEL_LEVEL)) == {0}
    assert garage.truth(VIN["i4-35"])["fuel_l"] is None


def test_car_set_to_miles_tells_miles_whose_unit_comes_and_goes() -> None:
    garage, messages = live("330e-gb", days=8)
    backend = garage.known_of(VIN["330e-gb"])
    really_km = cast("float", garage.truth(VIN["330e-gb"])["odometer_km"])
    assert {message.unit for message in messages if message.descriptor == keys.ODOMETER} == {"miles", None}
    assert cast("int", backend[keys.ODOMETER].value) == pytest.approx(really_km / 1.609344, abs=0.6)
    assert {message.unit for message in messages if message.descriptor == keys.ELECTRIC_RANGE} == {None}
    assert (backend[keys.DISPLAY_UNIT].value, backend[keys.HEAD_UNITS_UNIT].value) == ("miles", "MILES")
    assert (backend[keys.SERVICE_WARN_DISTANCE].value, backend[keys.SERVICE_WARN_DISTANCE].unit) == (1243, None)


def test_home_of_the_british_car_is_on_the_prime_meridian() -> None:
    garage, messages = live("330e-gb", days=8)
    assert [message for message in messages if message.descriptor == keys.LONGITUDE and message.value == 0]
    assert garage.charging_sessions(VIN["330e-gb"])[0]["longitude"] == 0


@pytest.mark.parametrize(("name", "drivetrain"), [("supra", "ICE"), ("spectre", "BEV")])
def test_cars_of_other_brands_live_too(name: str, drivetrain: str) -> None:
    garage, messages = live(name, days=8)
    assert garage.cars[0].drivetrain == drivetrain
    assert garage.truth(VIN[name])["trips"]
    assert len(messages) > 50
