from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.signals import table
from bimmerhub.domain.signals.older_families import FAMILY_KEYS, family_descriptors
from bimmerhub.domain.signals.signal import Kind, Quality, Signal
from bimmerhub.domain.signals.table import SIGNALS, signal_by_name
from bimmerhub.domain.units import convert
from bimmerhub.ids import Descriptor, Vin

MINUTE_MS = 60_000
UNIT_SUFFIXES = {
    "%": "_percent",
    "km": "_km",
    "m": "_m",
    "km/h": "_kmh",
    "kW": "_kw",
    "kWh": "_kwh",
    "V": "_v",
    "A": "_a",
    "kPa": "_kpa",
    "°C": "_c",
    "deg": "_deg",
    "min": "_min",
    "l": "_l",
    "kWh/100km": "_kwh_per_100km",
    "stars": "_stars",
}


def read(path: str, value: Value, *, at_ms: int = 0, unit: str | None = None) -> Reading:
    return Reading(
        vin=Vin("WBA00000000000001"),
        descriptor=Descriptor(f"vehicle.{path}"),
        value=value,
        unit=unit,
        measured_at_ms=at_ms,
        sent_at_ms=None,
        received_at_ms=at_ms,
        source=Source.STREAM,
    )


HEADER = "drivetrain.batteryManagement.header"
DISPLAYED = "powertrain.electric.battery.stateOfCharge.displayed"
TRIP_END = "trip.segment.end.drivetrain.batteryManagement.hvSoc"
LEVEL = "drivetrain.electricEngine.charging.level"


def chosen(signal: Signal, *readings: Reading) -> str | None:
    reading = signal.choose({reading.descriptor: reading for reading in readings})
    return None if reading is None else reading.descriptor.removeprefix("vehicle.")


def of_cardata(signal: Signal) -> list[Descriptor]:
    """Return CarData's descriptors of a signal; those of the older families are in catalogues of their own."""
    return [descriptor for descriptor in signal.descriptors() if descriptor.startswith("vehicle.")]


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_signal_is_fed_by_known_descriptors_in_reachable_units(signal: Signal) -> None:
    assert signal.kind in get_args(Kind)
    assert len(of_cardata(signal)) + len(family_descriptors(signal.name)) == len(signal.descriptors())
    for descriptor in of_cardata(signal):
        entry = load_catalogue()[descriptor]
        assert not entry.retired
        if signal.parse is not None:
            assert entry.datatype == "text"
        elif signal.kind == "number" and signal.words is None:
            assert entry.datatype == "number"
            convert(1, entry.unit, signal.unit)
        elif signal.words is None:
            assert entry.datatype == signal.kind


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_word_the_catalogue_lists_is_understood(signal: Signal) -> None:
    words = signal.words
    listed = {word.upper() for key in of_cardata(signal) for word in load_catalogue()[key].values}
    if words is not None:
        assert listed - {"ERROR"} <= words.keys()


def test_the_table_holds_the_signals_of_every_module() -> None:
    folder = Path(table.__file__).parent
    modules = [import_module(f"bimmerhub.domain.signals.{file.stem}") for file in sorted(folder.glob("*.py"))]
    listed = [value for module in modules for name, value in vars(module).items() if name.endswith("_SIGNALS")]
    assert {signal.name for signals in listed for signal in signals} == {signal.name for signal in SIGNALS}


def test_names_are_distinct_and_carry_their_units() -> None:
    assert len({signal.name for signal in SIGNALS}) == len(SIGNALS) >= 110
    assert [s.name for s in SIGNALS if s.unit is not None and not s.name.endswith(UNIT_SUFFIXES[s.unit])] == []
    assert [s.name for s in SIGNALS if (s.kind == "bool") != s.name.startswith(("is_", "are_"))] == []


def test_no_descriptor_feeds_one_signal_twice() -> None:
    assert all(len(set(signal.descriptors())) == len(signal.descriptors()) for signal in SIGNALS)


def test_signals_are_found_by_name() -> None:
    assert signal_by_name("odometer_km").unit == "km"
    with pytest.raises(KeyError):
        signal_by_name("mileage")


@pytest.mark.parametrize(("header_ms", "displayed_ms", "expected"), [(2, 1, HEADER), (1, 2, DISPLAYED)])
def test_newest_wins_inside_a_group(header_ms: int, displayed_ms: int, expected: str) -> None:
    soc = signal_by_name("soc_percent")
    assert chosen(soc, read(HEADER, 67, at_ms=header_ms), read(DISPLAYED, 68, at_ms=displayed_ms)) == expected


def test_lower_group_waits_until_the_higher_is_stale() -> None:
    soc = signal_by_name("soc_percent")
    header = read(HEADER, 67, at_ms=0)
    assert chosen(soc, header, read(LEVEL, 70, at_ms=15 * MINUTE_MS)) == HEADER
    assert chosen(soc, header, read(LEVEL, 70, at_ms=15 * MINUTE_MS + 1)) == LEVEL


def test_lower_groups_are_used_in_order_when_there_is_nothing_higher() -> None:
    soc = signal_by_name("soc_percent")
    assert chosen(soc, read(TRIP_END, 66, at_ms=0), read(LEVEL, 70, at_ms=10 * MINUTE_MS)) == TRIP_END
    assert chosen(soc, read(LEVEL, 70)) == LEVEL
    assert chosen(soc) is None


@pytest.mark.parametrize(
    ("name", "reading", "expected"),
    [
        ("soc_percent", read(HEADER, 67, unit="%"), (67, "measured")),
        ("soc_percent", read(LEVEL, 70, unit="%"), (70, "approximate")),
        (
            "charging_power_kw",
            read("powertrain.electric.battery.charging.power", 11_260, unit="W"),
            (11.26, "measured"),
        ),
        ("charging_power_kw", read("powertrain.electric.battery.charging.power", 11_000), (11, "measured")),
        ("odometer_km", read("vehicle.travelledDistance", 48_260, unit="furlong"), (None, "not_understood")),
        ("odometer_km", read("vehicle.travelledDistance", None), (None, "no_value")),
        ("odometer_km", read("vehicle.travelledDistance", "many", unit="km"), (None, "not_understood")),
        ("odometer_km", read("vehicle.travelledDistance", value=True, unit="km"), (None, "not_understood")),
        ("charging_phases", read("drivetrain.electricEngine.charging.phaseNumber", "3-PHASES"), (3, "measured")),
        ("charging_phases", read("drivetrain.electricEngine.charging.phaseNumber", "3-PHASE"), (3, "measured")),
        ("charging_phases", read("drivetrain.electricEngine.charging.phaseNumber", "3"), (3, "measured")),
        ("charging_phases", read("drivetrain.electricEngine.charging.phaseNumber", "0"), (0, "measured")),
        ("charging_phases", read("drivetrain.electricEngine.charging.phaseNumber", "7"), (None, "not_understood")),
        (
            "charging_status",
            read("drivetrain.electricEngine.charging.status", "CHARGINGPAUSED"),
            ("paused", "measured"),
        ),
        ("is_charging", read("drivetrain.electricEngine.charging.status", "CHARGINGACTIVE"), (True, "measured")),
        ("is_charging", read("drivetrain.electricEngine.charging.status", "NOCHARGING"), (False, "measured")),
        ("is_charging", read("drivetrain.electricEngine.charging.status", "DANCING"), (None, "not_understood")),
        ("is_plugged_in", read("body.chargingPort.status", "CONNECTED"), (True, "measured")),
        (
            "is_plugged_in",
            read("powertrain.tractionBattery.charging.port.anyPosition.isPlugged", value=False),
            (False, "measured"),
        ),
        ("is_locked", read("cabin.door.status", "SECURED"), (True, "measured")),
        ("is_locked", read("cabin.door.status", "SELECTIVE_LOCKED"), (False, "measured")),
        ("is_trunk_open", read("body.trunk.isOpen", "INTERMEDIATE"), (True, "measured")),
        ("is_trunk_open", read("body.trunk.isOpen", value=False), (False, "measured")),
        ("is_moving", read("isMoving", 1), (None, "not_understood")),
        ("window_front_driver", read("cabin.window.row1.driver.status", "open"), ("open", "measured")),
        ("battery_size_kwh", read("drivetrain.batteryManagement.batterySizeMax", 0, unit="kWh"), (None, "no_value")),
        (
            "climate_time_left_min",
            read("cabin.hvac.preconditioning.status.remainingRunningTime", 90, unit="s"),
            (1.5, "measured"),
        ),
    ],
)
def test_readings_are_put_into_the_signals_own_terms(
    name: str, reading: Reading, expected: tuple[Value, Quality]
) -> None:
    assert signal_by_name(name).interpret(reading) == expected


def test_older_families_feed_signals_that_there_are() -> None:
    for keys in FAMILY_KEYS.values():
        assert keys.keys() <= {signal.name for signal in SIGNALS}
