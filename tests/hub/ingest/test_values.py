"""What a signal is worth, from what cars really send; shapes after public reports (2018-2026)."""

import json
from itertools import permutations

import pytest
from tests.hub.ingest.speaking_car import START, VIN, Row, SpeakingCar, iso

from bimmerhub.bmw.cardata.wire import decode_message
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.no_value import NO_VALUE
from bimmerhub.domain.reading import Value
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.ids import Descriptor
from bimmerhub.store.ports.quarantine import Refused
from bimmerhub.store.ports.readings import Batch
from bimmerhub.views.stored.quarantine import view_quarantine
from bimmerhub.views.viewer import OWNER

HEADER = "drivetrain.batteryManagement.header"
DISPLAYED = "powertrain.electric.battery.stateOfCharge.displayed"
TRIP_SOC = "trip.segment.end.drivetrain.batteryManagement.hvSoc"
TARGET = "powertrain.electric.battery.stateOfCharge.target"
STATUS = "drivetrain.electricEngine.charging.status"
LEVEL = "drivetrain.fuelSystem.level"
TOTAL = "drivetrain.lastRemainingRange"
ELECTRIC = "drivetrain.electricEngine.remainingElectricRange"
KOMBI = "drivetrain.electricEngine.kombiRemainingElectricRange"
ODOMETER = "vehicle.travelledDistance"
UNIT_SHOWN = "cabin.infotainment.displayUnit.distance"
DESTINATION = "cabin.infotainment.navigation.destinationSet"
DOORS = "cabin.door.status"
MESSAGES = "status.checkControlMessages"


def _sample(descriptor: Descriptor) -> object:
    """Return a value that every signal of the descriptor has a reading for."""
    entry = load_catalogue()[descriptor]
    if entry.datatype != "text":
        return 50 if entry.datatype == "number" else True
    fed = [signal for signal in SIGNALS if descriptor in signal.descriptors() and signal.words is not None]
    words = [word for signal in fed for word, value in (signal.words or {}).items() if value not in {None, False}]
    return next((word for word in entry.values if word.upper() in words), words[0])


def _of_cardata(signal: Signal) -> list[Descriptor]:
    return [descriptor for descriptor in signal.descriptors() if descriptor.startswith("vehicle.")]


SEVERAL = [
    signal
    for signal in SIGNALS
    if len(_of_cardata(signal)) > 1 and signal.parse is None and not signal.name.startswith(("latitude", "longitude"))
]


@pytest.mark.parametrize("signal", SEVERAL, ids=lambda signal: signal.name)
async def test_no_value_of_one_descriptor_never_hides_the_value_of_another(car: SpeakingCar, signal: Signal) -> None:
    minute = 0
    for told, silent in permutations(_of_cardata(signal), 2):
        await car.stream({told.removeprefix("vehicle."): _sample(told)}, minute=minute)
        await car.stream({silent.removeprefix("vehicle."): None}, minute=minute + 1)
        assert await car.value(signal.name) is not None, (told, silent)
        await car.stream({told.removeprefix("vehicle."): None}, minute=minute + 2)
        assert await car.value(signal.name) is None, (told, silent)
        minute += 100


async def test_no_value_takes_back_its_own_descriptor(stored_car: SpeakingCar) -> None:
    await stored_car.rest({HEADER: (55, "%")})
    await stored_car.rest({HEADER: None}, minute=1, has_time=False)
    assert await stored_car.value("soc_percent") == 55
    await stored_car.rest({HEADER: (None, "%")}, minute=2)
    assert await stored_car.value("soc_percent") is None


async def test_a_status_that_is_none_leaves_the_other_as_it_is(car: SpeakingCar) -> None:
    await car.stream({STATUS: "CHARGINGACTIVE"})
    await car.rest({"drivetrain.electricEngine.charging.hvStatus": "INVALID"}, minute=20)
    signals = await car.signals()
    assert (signals["is_charging"].value, signals["charging_status"].value) == (True, "charging")


@pytest.mark.parametrize("zero", [0, 0.0, "0", "0.0", "0.00"])
async def test_a_size_of_zero_hides_no_other_size(car: SpeakingCar, zero: object) -> None:
    await car.rest({"drivetrain.electricEngine.hvsMaxEnergyAbsolute": ("81.2", "kWh")})
    await car.rest({"drivetrain.batteryManagement.batterySizeMax": (zero, "kWh")}, minute=1)
    assert await car.value("battery_size_kwh") == 81.2


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("vehicle.averageWeeklyDistanceLongTerm", "weekly_distance_long_term_km"),
        ("vehicle.averageWeeklyDistanceShortTerm", "weekly_distance_km"),
        ("status.serviceDistance.yellow", "service_warning_distance_km"),
        ("electricalSystem.battery.voltage", "starter_battery_v"),
        ("drivetrain.avgElectricRangeConsumption", "average_consumption_kwh_per_100km"),
        ("drivetrain.batteryManagement.maxEnergy", "usable_energy_kwh"),
        ("powertrain.electric.battery.stateOfHealth.displayed", "battery_health_percent"),
        ("electricalSystem.battery48V.stateOfHealth.displayed", "battery_48v_health_percent"),
        ("powertrain.electric.battery.charging.acLimit.max", "charging_current_max_a"),
        (TARGET, "soc_target_percent"),
        ("chassis.axle.row2.wheel.right.tire.pressureTarget", "tyre_pressure_target_rear_right_kpa"),
    ],
)
async def test_zero_is_no_value_of_what_cannot_be_zero(car: SpeakingCar, path: str, name: str) -> None:
    await car.stream({path: 0})
    signal = (await car.signals())[name]
    assert (signal.value, signal.quality) == (None, "no_value")


async def test_a_mild_hybrid_has_no_charge_level(car: SpeakingCar) -> None:
    await car.stream({TRIP_SOC: (39.5, "percent"), LEVEL: (40, "percent"), TOTAL: (305, "km")})
    signals = await car.signals()
    assert [signals[name].value for name in ("soc_percent", "last_trip_soc_percent", "fuel_percent")] == [
        None,
        None,
        40,
    ]
    assert car.drivetrain == "CONV"


async def test_a_charge_target_makes_no_plug_in_hybrid_of_a_petrol_car(car: SpeakingCar) -> None:
    await car.stream({TARGET: (100, "percent"), "drivetrain.fuelSystem.remainingFuel": (31, "l")})
    signals = await car.signals()
    assert (signals["soc_target_percent"].value, signals["fuel_l"].value, car.drivetrain) == (None, 31, "CONV")


@pytest.mark.parametrize("path", [HEADER, DISPLAYED, ELECTRIC, KOMBI])
async def test_levels_and_electric_ranges_prove_a_traction_battery(car: SpeakingCar, path: str) -> None:
    await car.stream({path: 40, LEVEL: 50, TARGET: 80})
    assert (car.drivetrain, await car.value("soc_target_percent")) == ("PHEV", 80)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (STATUS, "CHARGINGACTIVE"),
        ("body.chargingPort.status", "CONNECTED"),
        ("body.chargingPort.combinedStatus", "CONNECTED"),
        ("drivetrain.electricEngine.charging.hvStatus", "FINISHED_NOT_FULL"),
    ],
)
async def test_a_plug_proves_a_traction_battery(car: SpeakingCar, path: str, word: str) -> None:
    await car.stream({path: word})
    assert car.drivetrain == "BEV"


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("body.chargingPort.combinedStatus", "DISCONNECTED"),
        ("body.chargingPort.status", "DISCONNECTED"),
        (STATUS, "NOCHARGING"),
    ],
)
async def test_a_port_proves_nothing_while_nothing_is_in_it(car: SpeakingCar, path: str, word: str) -> None:
    await car.rest({path: word, LEVEL: 40})
    assert car.drivetrain == "CONV"


async def test_what_bmw_says_of_the_drivetrain_outranks_what_the_car_sends(car: SpeakingCar) -> None:
    await car.stream({HEADER: 60, LEVEL: 30})
    car.is_a("MHEV")
    assert (car.drivetrain, await car.value("soc_percent")) == ("MHEV", None)
    car.is_a("PHEV")
    assert (car.drivetrain, await car.value("soc_percent")) == ("PHEV", 60)


@pytest.mark.parametrize(("drivetrain", "expected"), [("BEV", None), ("PHEV", 0), ("CONV", 0)])
async def test_an_empty_tank_is_a_value_only_where_there_is_a_tank(
    car: SpeakingCar, drivetrain: str, expected: Value
) -> None:
    await car.stream({LEVEL: (0, "percent"), "drivetrain.fuelSystem.remainingFuel": (0, "l"), HEADER: 37})
    car.is_a(drivetrain)
    signals = await car.signals()
    assert [signals[name].value for name in ("fuel_percent", "fuel_l")] == [expected, expected]


@pytest.mark.parametrize(("drivetrain", "expected"), [(None, None), ("MHEV", None), ("CONV", None), ("PHEV", 0)])
async def test_zero_of_what_only_a_traction_battery_has_is_a_value_only_where_there_is_one(
    car: SpeakingCar, drivetrain: str | None, expected: Value
) -> None:
    paths = {
        KOMBI: "electric_range_km",
        "powertrain.electric.range.target": "range_at_target_km",
        "powertrain.electric.battery.charging.power": "charging_power_kw",
        "drivetrain.electricEngine.charging.timeRemaining": "time_to_full_min",
        "drivetrain.electricEngine.charging.acVoltage": "charging_voltage_v",
        "drivetrain.electricEngine.charging.acAmpere": "charging_current_a",
        "drivetrain.electricEngine.charging.smeEnergyDeltaFullyCharged": "energy_to_full_kwh",
    }
    await car.stream({**dict.fromkeys(paths, 0), LEVEL: 50, TOTAL: (400, "km")})
    if drivetrain is not None:
        car.is_a(drivetrain)
    signals = await car.signals()
    assert {name: signals[name].value for name in paths.values()} == dict.fromkeys(paths.values(), expected)
    assert signals["total_range_km"].value == 400
    assert signals["fuel_range_km"].value == (None if expected is None else 400)


async def test_a_total_range_of_zero_beside_an_electric_one_is_no_value(car: SpeakingCar) -> None:
    await car.stream({TOTAL: (0, "km"), ELECTRIC: (103, "km"), HEADER: 47})
    assert (await car.value("total_range_km"), await car.value("electric_range_km")) == (None, 103)
    await car.stream({ELECTRIC: (0, "km")}, minute=1)
    assert await car.value("total_range_km") == 0


async def test_zero_and_zero_is_no_destination(stored_car: SpeakingCar) -> None:
    paths = [f"{DESTINATION}.latitude", f"{DESTINATION}.longitude"]

    async def place() -> list[Value]:
        signals = await stored_car.signals()
        return [signals[f"destination_{half}_deg"].value for half in ("latitude", "longitude")]

    await stored_car.rest(dict.fromkeys(paths, (0, "degrees")))
    assert await place() == [None, None]
    await stored_car.rest({paths[0]: (51.4779, "degrees")}, minute=1)
    assert await place() == [51.4779, 0]
    await stored_car.rest({paths[0]: (-1.3, "degrees"), paths[1]: (-0.5, "degrees")}, minute=2)
    assert await place() == [-1.3, -0.5]
    await stored_car.rest(dict.fromkeys(paths, ("0.0", "degrees")), minute=3)
    assert await place() == [None, None]


async def test_history_takes_zero_and_zero_for_no_destination_as_the_state_does(stored_car: SpeakingCar) -> None:
    await stored_car.rest(dict.fromkeys([f"{DESTINATION}.latitude", f"{DESTINATION}.longitude"], (0, "degrees")))
    assert await stored_car.history("destination_latitude_deg") == [None]


async def test_history_is_in_the_unit_that_the_state_assumes(stored_car: SpeakingCar) -> None:
    await stored_car.stream({UNIT_SHOWN: "miles", KOMBI: 100})
    await stored_car.stream({UNIT_SHOWN: "furlongs", KOMBI: 50}, minute=1)
    assert await stored_car.value("electric_range_km") == 80.4672
    assert await stored_car.history("electric_range_km") == [160.9344, 80.4672]


async def test_a_restart_keeps_the_unit_that_an_odometer_without_value_had(stored_car: SpeakingCar) -> None:
    await stored_car.stream({ODOMETER: (30_000, "miles"), KOMBI: 100})
    await stored_car.stream({ODOMETER: None}, minute=1)
    assert await stored_car.value("electric_range_km") == 160.9344


async def test_no_check_control_message_is_a_number_too(car: SpeakingCar) -> None:
    document = json.dumps([{"id": 164, "messageType": "CCM", "status": "NULL", "text": "made up"}])
    await car.rest({MESSAGES: document})
    assert await car.value("check_control_messages") == 1
    await car.rest({MESSAGES: None}, minute=60, has_time=False)
    assert await car.value("check_control_messages") == 0
    await car.rest({MESSAGES: document}, minute=120)
    await car.stream({MESSAGES: "null"}, minute=180)
    assert await car.value("check_control_messages") == 0


@pytest.mark.parametrize("spelling", sorted(NO_VALUE))
async def test_no_value_in_any_spelling_is_no_value(car: SpeakingCar, spelling: str) -> None:
    paths = ["isMoving", "electricalSystem.battery.voltage", HEADER, DOORS, "status.serviceTime.inspectionDateLegal"]
    await car.stream({path: text for path in paths for text in [spelling.lower()]})
    signals = await car.signals()
    names = ["is_moving", "starter_battery_v", "soc_percent", "lock_state", "is_locked", "next_inspection_on"]
    assert {(signals[name].value, signals[name].quality) for name in names} == {(None, "no_value")}


def test_a_word_of_the_closed_list_is_a_value_though_it_reads_like_none() -> None:
    path = "powertrain.electric.battery.biDirectionalCharging.availability"
    row = {"timestamp": iso(START), "value": "NOT_AVAILABLE"}
    message = json.dumps({"vin": VIN, "data": {f"vehicle.{path}": row}}).encode()
    assert [one.value for one in decode_message(message, received_at_ms=0).readings] == ["NOT_AVAILABLE"]


@pytest.mark.parametrize("text", ["--:--", "---", "?", "???", "#N/A", "no value", "Not reported", "nil"])
async def test_what_a_display_shows_for_nothing_is_no_value(car: SpeakingCar, text: str) -> None:
    await car.stream({HEADER: text, f"{DESTINATION}.arrivalTime": text})
    signals = await car.signals()
    for name in ("soc_percent", "destination_arrival"):
        assert (signals[name].value, signals[name].quality) == (None, "no_value")


@pytest.mark.parametrize("word", ["CHARGINGINTERRUPTED", "ChargingDisrupted", "asn_chargingInterrupted"])
async def test_an_interrupted_charge_is_no_charge(car: SpeakingCar, word: str) -> None:
    await car.stream({STATUS: word})
    signals = await car.signals()
    assert signals["is_charging"].value is False
    assert signals["charging_status"].value is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oldDoorStatus:ASN_secured,newDoorStatus:ASN_locked", "locked"),
        ("oldDoorStatus=ASN_secured,newDoorStatus=ASN_locked", "locked"),
        ("newDoorStatus:ASN_secured,oldDoorStatus:ASN_locked,trunkLocked:ASN_isTrue", "secured"),
        ("OLDDOORSTATUS:locked, NEWDOORSTATUS:UNLOCKED", "unlocked"),
        ("oldDoorStatus: asn_locked, newDoorStatus: asn_selectiveLocked", "partly_locked"),
        ("oldDoorStatus: ASN_secured newDoorStatus: ASN_locked allDoorsLocked: ASN_isTrue", "locked"),
        ("oldDoorStatus: ASN_locked\nnewDoorStatus: ASN_unlocked\nallDoorsLocked: ASN_isFalse", "unlocked"),
        ('{"oldDoorStatus": "ASN_secured", "newDoorStatus": "ASN_selective-Locked"}', "partly_locked"),
        ("selective locked", "partly_locked"),
        ("oldDoorStatus:ASN_locked,newDoorStatus:ASN_isUnknown", None),
        ("oldDoorStatus:ASN_locked", None),
    ],
)
async def test_a_compound_door_status_is_what_is_new_in_it(car: SpeakingCar, text: str, expected: str | None) -> None:
    await car.stream({DOORS: text})
    signals = await car.signals()
    assert signals["lock_state"].value == expected
    assert signals["is_locked"].value == (None if expected is None else expected in {"locked", "secured"})


@pytest.mark.parametrize(
    ("path", "word", "name", "expected"),
    [
        ("body.chargingPort.status", True, "is_plugged_in", True),
        ("body.chargingPort.statusClearText", "FALSE", "is_plugged_in", False),
        ("body.chargingPort.dcStatus", " connected ", "is_dc_plugged_in", True),
        ("body.chargingPort.lockedStatus", "ASN_locked", "is_charging_cable_locked", True),
        ("body.chargingPort.lockedStatus", "CHARGING_CABLE_LOCKING_ERROR_DETECTED", "is_charging_cable_locked", False),
        ("drivetrain.electricEngine.charging.lastChargingResult", "successful", "is_last_charging_successful", True),
        ("body.flap.isLocked", "ASN_locked", "is_charging_flap_locked", True),
        ("body.trunk.isLocked", "Unlocked ", "is_trunk_locked", False),
        ("cabin.door.row1.driver.isOpen", "ASN_open", "is_door_front_driver_open", True),
        ("cabin.window.row1.driver.status", "OPENED", "window_front_driver", "open"),
        ("cabin.window.row1.driver.status", False, "window_front_driver", "closed"),
        ("cabin.sunroof.status", "opened", "sunroof_state", "open"),
        ("drivetrain.electricEngine.charging.phaseNumber", 3.0, "charging_phases", 3),
        ("drivetrain.electricEngine.charging.phaseNumber", "1.0", "charging_phases", 1),
        ("cabin.infotainment.isMobilePhoneConnected", "DISCONNECTED", "is_phone_connected", False),
        ("cabin.infotainment.navigation.currentLocation.fixStatus", "3D", "gps_fix", "3d"),
        (UNIT_SHOWN, "mi", "displayed_distance_unit", "mi"),
        ("cabin.infotainment.hmi.distanceUnit", "Kilometres", "displayed_distance_unit", "km"),
    ],
)
async def test_words_in_other_spellings_are_understood(  # noqa: PLR0917 - pytest gives them by name
    car: SpeakingCar, path: str, word: object, name: str, expected: Value
) -> None:
    await car.stream({path: word})
    signal = (await car.signals())[name]
    assert (signal.value, signal.quality, signal.not_understood) == (expected, "measured", None)


@pytest.mark.parametrize(
    ("path", "word", "names"),
    [
        (DOORS, "LOCKED", ["lock_state", "is_locked"]),
        (STATUS, "CHARGINGACTIVE", ["charging_status", "is_charging"]),
        ("isMoving", True, ["is_moving"]),
        (MESSAGES, "[]", ["check_control_messages"]),
    ],
)
async def test_an_unknown_word_keeps_the_last_state_beside_it(
    stored_car: SpeakingCar, path: str, word: object, names: list[str]
) -> None:
    await stored_car.stream({path: word})
    before = await stored_car.signals()
    await stored_car.stream({path: "HALF_DANCING"}, minute=5)
    await stored_car.stream({path: "DANCING"}, minute=6)
    signals = await stored_car.signals()
    for name in names:
        assert (signals[name].value, signals[name].measured_at) == (before[name].value, before[name].measured_at)
        assert signals[name].not_understood == "DANCING"
    await stored_car.stream({path: word}, minute=7)
    assert (await stored_car.signals())[names[0]].not_understood is None


async def test_an_unknown_word_alone_is_shown_and_no_value(stored_car: SpeakingCar) -> None:
    await stored_car.stream({DOORS: "AJAR"})
    signal = (await stored_car.signals())["lock_state"]
    assert (signal.value, signal.quality, signal.not_understood) == (None, "not_understood", "AJAR")


@pytest.mark.parametrize(
    ("path", "value", "unit", "name", "expected"),
    [
        (f"{DESTINATION}.latitude", "50.7664", "WGS84", "destination_latitude_deg", 50.7664),
        ("trip.segment.accumulated.drivetrain.electricEngine.recuperationTotal", 4.5, "kWh/62 mi",
         "last_trip_recuperation_kwh_per_100km", 4.5),
        ("cabin.infotainment.navigation.currentLocation.altitude", 12_345, "cm", "altitude_m", 123.45),
        ("cabin.infotainment.navigation.currentLocation.altitude", 1_000, "ft", "altitude_m", 304.8),
        ("drivetrain.electricEngine.charging.timeToFullyCharged", "45", "m", "time_to_full_min", 45),
        ("powertrain.electric.battery.charging.power", "7400", "w", "charging_power_kw", 7.4),
        ("chassis.axle.row1.wheel.left.tire.pressure", "250", "kpa", "tyre_pressure_front_left_kpa", 250),
        ("chassis.axle.row1.wheel.left.tire.pressure", 36, " PSI ", "tyre_pressure_front_left_kpa", 248.211262554),
        ("chassis.axle.row1.wheel.left.tire.temperature", 20, "degrees", "tyre_temperature_front_left_c", 20),
        ("chassis.axle.row1.wheel.left.tire.temperature", "-20 °C", None, "tyre_temperature_front_left_c", -20),
        ("chassis.axle.row1.wheel.left.tire.temperature", "20°", "Celsius", "tyre_temperature_front_left_c", 20),
        ("electricalSystem.battery.voltage", " 12.4V", None, "starter_battery_v", 12.4),
        (HEADER, "67 percent", None, "soc_percent", 67),
        (TOTAL, "300", "Mi.", "total_range_km", 482.8032),
        ("chassis.axle.row1.wheel.left.tire.temperature", 68, "Fahrenheit", "tyre_temperature_front_left_c", 20),
        ("drivetrain.fuelSystem.remainingFuel", "31", "L", "fuel_l", 31),
        ("drivetrain.fuelSystem.remainingFuel", 10, "gal", "fuel_l", 37.85411784),
        ("drivetrain.fuelSystem.remainingFuel", 10, "gal (UK)", "fuel_l", 45.4609),
        ("drivetrain.fuelSystem.remainingFuel", 10, "US gallons", "fuel_l", 37.85411784),
        ("drivetrain.fuelSystem.remainingFuel", 10, "Imperial gallon(s)", "fuel_l", 45.4609),
        ("drivetrain.electricEngine.charging.timeToFullyCharged", "1.5", "hour(s)", "time_to_full_min", 90),
        ("drivetrain.avgElectricRangeConsumption", 250, "Wh/mi", "average_consumption_kwh_per_100km", 15.5342798059),
        (HEADER, "-0.0", "Percent", "soc_percent", 0),
        ("vehicle.avgSpeed", 62, "mph", "average_speed_kmh", 99.779328),
    ],
)  # fmt: skip
async def test_units_in_every_spelling(  # noqa: PLR0917 - pytest gives them by name
    car: SpeakingCar, path: str, value: object, unit: str, name: str, expected: float
) -> None:
    await car.stream({path: (value, unit)})
    signal = (await car.signals())[name]
    assert (signal.value, signal.quality) == (expected, "measured")


async def test_a_missing_unit_is_the_last_one_of_its_key(stored_car: SpeakingCar) -> None:
    await stored_car.stream({TOTAL: (249, "miles")})
    await stored_car.stream({TOTAL: 248}, minute=5)
    assert await stored_car.value("total_range_km") == pytest.approx(399.1, rel=1e-3)
    await stored_car.stream({TOTAL: (400, "km")}, minute=10)
    await stored_car.stream({TOTAL: 399}, minute=15)
    assert await stored_car.value("total_range_km") == 399


async def test_a_unit_that_comes_late_says_what_went_before_it(stored_car: SpeakingCar) -> None:
    await stored_car.stream({TOTAL: 248}, minute=5)
    assert await stored_car.value("total_range_km") == 248
    await stored_car.stream({TOTAL: (249, "miles")}, minute=0)
    assert await stored_car.value("total_range_km") == pytest.approx(399.1, rel=1e-3)


async def test_a_car_set_to_miles_tells_what_has_no_unit_in_miles(stored_car: SpeakingCar) -> None:
    await stored_car.stream({KOMBI: 150, "status.serviceDistance.yellow": 1243, "status.serviceDistance.next": 9000})
    assert await stored_car.value("electric_range_km") == 150
    await stored_car.stream({UNIT_SHOWN: "miles"}, minute=1)
    signals = await stored_car.signals()
    names = ["electric_range_km", "service_warning_distance_km", "distance_to_service_km"]
    assert [signals[name].value for name in names] == pytest.approx([241.4, 2000.4, 14484.1], rel=1e-3)


async def test_the_odometers_unit_tells_that_a_car_is_set_to_miles(car: SpeakingCar) -> None:
    await car.stream({KOMBI: 150, ODOMETER: (30_001, "miles")})
    assert await car.value("electric_range_km") == pytest.approx(241.4, rel=1e-3)
    await car.stream({UNIT_SHOWN: "KM"}, minute=1)
    assert await car.value("electric_range_km") == 150


async def test_an_odometer_without_unit_whose_number_changed_to_miles_does_not_fall(stored_car: SpeakingCar) -> None:
    await stored_car.stream({ODOMETER: (48_260, "km")})
    await stored_car.stream({ODOMETER: 29_988}, minute=10)
    assert await stored_car.value("odometer_km") == pytest.approx(48_260, abs=2)


async def test_service_calls_and_their_status_are_signals(car: SpeakingCar) -> None:
    teleservice = "channel.teleservice"
    await car.rest(
        {
            f"{teleservice}.lastAutomaticServiceCallTime": "17.01.2026 08:30 UTC",
            f"{teleservice}.lastManualCallTime": "01/18/2026 09:00 UTC",
            f"{teleservice}.lastBreakdownCallTime": "2026-01-19T10:00:00.000Z",
            f"{teleservice}.lastTeleserviceReportTime": "null",
            f"{teleservice}.status": "SUCCESSFUL",
        }
    )
    signals = await car.signals()
    expected = {
        "last_automatic_call_at": "2026-01-17T08:30:00Z",
        "last_manual_call_at": "2026-01-18T09:00:00Z",
        "last_breakdown_call_at": "2026-01-19T10:00:00Z",
        "last_service_report_at": None,
        "service_call_status": "successful",
    }
    assert {name: signals[name].value for name in expected} == expected


@pytest.mark.parametrize(
    "never", ["1970-01-01T00:00:00Z", "01.01.1970 00:00:00 UTC", "0", "0001-01-01T00:00:00", "9999-12-31", "4294967295"]
)
async def test_a_time_that_was_never_set_is_no_value(car: SpeakingCar, never: str) -> None:
    paths = {
        "channel.teleservice.lastManualCallTime": "last_manual_call_at",
        "status.serviceTime.inspectionDateLegal": "next_inspection_on",
        "trip.segment.end.time": "last_trip_ended",
    }
    item = {"id": 1, "messageType": "CBS", "status": "OK", "date": never}
    document = json.dumps([item, item | {"id": 2, "date": "2027-03"}])
    await car.stream({**dict.fromkeys(paths, never), "status.conditionBasedServices": document})
    signals = await car.signals()
    assert {(signals[name].value, signals[name].quality) for name in paths.values()} == {(None, "no_value")}
    assert signals["next_service_on"].value == "2027-03-01"


async def test_a_prediction_and_what_is_reckoned_say_how_they_were_made(car: SpeakingCar) -> None:
    await car.rest({"drivetrain.electricEngine.charging.level": 44, TOTAL: (500, "km"), KOMBI: (60, "km"), LEVEL: 50})
    signals = await car.signals()
    assert [signals[name].how for name in ("soc_percent", "fuel_range_km", "fuel_percent")] == [
        "estimated",
        "derived",
        None,
    ]
    assert {signal.band for signal in signals.values()} == {None}


@pytest.mark.parametrize(
    ("path", "value", "odd", "name", "word"),
    [
        (HEADER, (55, "%"), "DANCING", "soc_percent", "DANCING"),
        (HEADER, (55, "%"), True, "soc_percent", "true"),
        (HEADER, (55, "%"), (50, "km"), "soc_percent", "50 km"),
        (HEADER, (55, "%"), "1e999", "soc_percent", "1e999"),
        (ODOMETER, (48_260, "km"), "many", "odometer_km", "many"),
        ("isMoving", True, 7, "is_moving", "7"),
        ("isMoving", True, "7.5", "is_moving", "7.5"),
        ("cabin.infotainment.navigation.currentLocation.latitude", 48.1, "north", "latitude_deg", "north"),
    ],
)
async def test_what_is_of_another_kind_stands_beside_the_last_value(  # noqa: PLR0917 - pytest fills them by name
    stored_car: SpeakingCar, path: str, value: Row, odd: Row, name: str, word: str
) -> None:
    rows: dict[str, Row] = {path: value, "cabin.infotainment.navigation.currentLocation.longitude": 11.5}
    await stored_car.stream(rows)
    before = (await stored_car.signals())[name]
    await stored_car.say({path: odd}, minute=3)
    await stored_car.say({path: "earlier"}, minute=2)
    signal = (await stored_car.signals())[name]
    assert (signal.value, signal.measured_at, signal.not_understood) == (before.value, before.measured_at, word)
    await stored_car.stream(rows, minute=4)
    assert (await stored_car.signals())[name].not_understood is None


@pytest.mark.parametrize(("path", "odd"), [(HEADER, "many"), (ODOMETER, "many"), ("isMoving", 7)])
async def test_a_value_of_another_kind_alone_is_shown_and_no_value(
    stored_car: SpeakingCar, path: str, odd: object
) -> None:
    await stored_car.say({path: odd})
    [signal] = (await stored_car.signals()).values()
    assert (signal.value, signal.quality, signal.not_understood) == (None, "not_understood", str(odd))


async def test_a_value_of_another_kind_stays_beside_the_signal_whatever_is_refused_since(
    stored_car: SpeakingCar,
) -> None:
    assert stored_car.store is not None
    for word, minute in (("newer", 1), ("newest", 2), ("older", 0)):
        await stored_car.say({HEADER: word, ODOMETER: word}, minute=minute)
    much = [Refused(received_at_ms=1, reason="r", payload=b"%d" % number, origin="o") for number in range(10_000)]
    for start in (0, 5_000):
        await stored_car.store.append(Batch(refused=much[start : start + 5_000]))
    assert {signal.not_understood for signal in (await stored_car.signals()).values()} == {"newest"}
    items = await stored_car.store.refused(limit=20_000)
    assert [item.unclear.value for item in items if item.unclear is not None] == ["newest", "newest"]


async def test_a_row_of_another_kind_is_kept_with_its_descriptor_and_time(stored_car: SpeakingCar) -> None:
    await stored_car.say({HEADER: "many", ODOMETER: (48_260, "km")}, minute=3)
    assert stored_car.store is not None
    [item] = (await view_quarantine(OWNER, stored_car.store)).items
    assert (item.descriptor, item.measured_at, item.reading) == (f"vehicle.{HEADER}", "2026-09-01T10:03:00.000Z", None)
    assert item.reason == "not a number: 'many'"


async def test_a_value_of_another_kind_is_no_newest_reading(stored_car: SpeakingCar) -> None:
    await stored_car.stream({ODOMETER: (48_260, "km")})
    await stored_car.say({ODOMETER: "many"}, minute=1)
    assert stored_car.store is not None
    assert [point.value for point in await stored_car.store.latest(VIN)] == [48_260]
