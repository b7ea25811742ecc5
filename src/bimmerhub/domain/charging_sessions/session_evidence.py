"""What each descriptor says about charging: which kind of evidence a reading is, and its value in our own terms.

Several descriptors tell the same (the plug has six); a fold of sessions only wants to know what was said. Words, units
and the spellings of "no value" are those of the signals.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bimmerhub.domain.folds.possible_numbers import (
    AMPERES,
    BATTERY_KWH,
    LATITUDE_DEG,
    LONGITUDE_DEG,
    MINUTES_LEFT,
    MISSING_KWH,
    ODOMETER_KM,
    PERCENT,
    PHASES,
    PLUG_EVENT,
    POWER_KW,
    VOLTS,
    NumberRange,
    is_possible,
)
from bimmerhub.domain.hint_descriptors import HINT_PLUGGED
from bimmerhub.domain.no_value import is_no_value
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.positions import LATITUDES, LONGITUDES
from bimmerhub.domain.reading import Reading, Source, Value, is_number
from bimmerhub.domain.sent_units import UNKNOWN_UNIT
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.ids import Descriptor, Vin

_POSSIBLE: Final[Mapping[str, NumberRange]] = {
    "power": POWER_KW,
    "phases": PHASES,
    "volts": VOLTS,
    "amps": AMPERES,
    "minutes_left": MINUTES_LEFT,
    "target": PERCENT,
    "plug_event": PLUG_EVENT,
    "missing_kwh": MISSING_KWH,
    "capacity": BATTERY_KWH,
    "size": BATTERY_KWH,
    "latitude": LATITUDE_DEG,
    "longitude": LONGITUDE_DEG,
    "odometer": ODOMETER_KM,
}
"""By kind; a level has several."""

Said = bool | int | float | str
"""The value of a piece of evidence."""

LONGEST_WORD: Final = 200
"""The longest of BMW's words for charging has some 70 characters (BMW's catalogue). A longer text is none, and would be
remembered, stored with each checkpoint and told with each event."""
MOST_SPELLINGS: Final = 1_024
"""Of one signal: a car says the same words and few numbers over and over, and reading each anew takes 3 us."""

_CHARGING: Final = "vehicle.drivetrain.electricEngine.charging"
_PORTS: Final = "vehicle.powertrain.tractionBattery.charging.port"
METHOD: Final = Descriptor(f"{_CHARGING}.method")
REASONS: Final = (
    Descriptor(f"{_CHARGING}.reasonChargingEnd"),
    Descriptor(f"{_CHARGING}.hvpmFinishReason"),
    Descriptor(f"{_CHARGING}.lastChargingReason"),
)
"""Why a charge ended, in BMW's words (BMW's catalogue); the first that says something counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingEvidence:
    """One kind of evidence, and how a reading is interpreted as it."""

    kind: str
    interpret: Callable[[Reading], Said | None]

    def read(self, reading: Reading) -> Said | None:
        """Return the value of a reading; None when it says nothing, a number that cannot be, or no word."""
        if isinstance(reading.value, str) and len(reading.value) > LONGEST_WORD:
            return None
        value = self.interpret(reading)
        limits = _POSSIBLE.get(self.kind)
        if limits is None or value is None or isinstance(value, bool | str):
            return value
        return value if is_possible(value, limits) else None


def _plain_number(reading: Reading) -> Said | None:
    value = reading.value
    return float(value) if is_number(value) and reading.unit != UNKNOWN_UNIT else None


def _level(reading: Reading) -> Said | None:
    value = reading.value
    return float(value) if is_number(value) and is_possible(value, PERCENT) else None


def _size(reading: Reading) -> Said | None:
    value = reading.value
    return float(value) if is_number(value) and value > 0 else None  # 0.00 stands for "not there" (i4)


def _text(reading: Reading) -> Said | None:
    value = reading.value
    return value if isinstance(value, str) and not is_no_value(value) else None


def _counter(reading: Reading) -> Said | None:
    value = reading.value
    return int(value) if is_number(value) else None


def _by_signal(name: str) -> Callable[[Reading], Said | None]:
    signal = signal_by_name(name)

    @lru_cache(maxsize=MOST_SPELLINGS)
    def interpret(descriptor: Descriptor, value: Value, unit: str | None) -> Said | None:
        reading = Reading(Vin(""), descriptor, value, unit, 0, None, 0, Source.STREAM)
        interpreted = signal.interpret(reading)[0]
        return float(interpreted) if is_number(interpreted) else interpreted

    return lambda reading: interpret(reading.descriptor, reading.value, reading.unit)


def _of_signal(name: str, kind: str) -> dict[Descriptor, ChargingEvidence]:
    return dict.fromkeys(signal_by_name(name).descriptors(), ChargingEvidence(kind=kind, interpret=_by_signal(name)))


def _battery(path: str) -> Descriptor:
    return Descriptor(f"vehicle.powertrain.electric.battery.{path}")


EVIDENCE: Final[dict[Descriptor, ChargingEvidence]] = {
    **_of_signal("is_plugged_in", "plug"),
    **_of_signal("is_dc_plugged_in", "dc_plug"),
    **_of_signal("charging_status", "status"),
    **_of_signal("charging_power_kw", "power"),
    **_of_signal("charging_phases", "phases"),
    **_of_signal("charging_voltage_v", "volts"),
    **_of_signal("charging_current_a", "amps"),
    **_of_signal("time_to_full_min", "minutes_left"),
    **_of_signal("soc_target_percent", "target"),
    **{
        Descriptor(f"{_PORTS}.{port}.isPlugged"): ChargingEvidence(
            kind=f"plug {port}", interpret=_by_signal("is_plugged_in")
        )
        for port in ("frontLeft", "frontMiddle", "frontRight", "rearLeft", "rearMiddle", "rearRight")
    },
    HINT_PLUGGED: ChargingEvidence(kind="plug", interpret=_by_signal("is_plugged_in")),
    Descriptor("vehicle.body.chargingPort.plugEventId"): ChargingEvidence(kind="plug_event", interpret=_counter),
    METHOD: ChargingEvidence(kind="method", interpret=_text),
    **{
        descriptor: ChargingEvidence(kind=f"reason {place}", interpret=_text)
        for place, descriptor in enumerate(REASONS)
    },
    Descriptor(f"{_CHARGING}.lastChargingResult"): ChargingEvidence(kind="result", interpret=_text),
    Descriptor(f"{_CHARGING}.smeEnergyDeltaFullyCharged"): ChargingEvidence(
        kind="missing_kwh", interpret=_plain_number
    ),
    Descriptor("vehicle.drivetrain.batteryManagement.maxEnergy"): ChargingEvidence(kind="capacity", interpret=_size),
    Descriptor("vehicle.drivetrain.batteryManagement.batterySizeMax"): ChargingEvidence(kind="size", interpret=_size),
    **dict.fromkeys(family_descriptors("usable_energy_kwh"), ChargingEvidence(kind="capacity", interpret=_size)),
    Descriptor("vehicle.drivetrain.batteryManagement.header"): ChargingEvidence(kind="level", interpret=_level),
    _battery("stateOfCharge.displayed"): ChargingEvidence(kind="level", interpret=_level),
    Descriptor("vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc"): ChargingEvidence(
        kind="level 1", interpret=_level
    ),
    Descriptor(f"{_CHARGING}.level"): ChargingEvidence(kind="level 2", interpret=_level),
    **dict.fromkeys(family_descriptors("soc_percent"), ChargingEvidence(kind="level 3", interpret=_level)),
    Descriptor("vehicle.isMoving"): ChargingEvidence(kind="moving", interpret=_by_signal("is_moving")),
    **dict.fromkeys(LATITUDES, ChargingEvidence(kind="latitude", interpret=_plain_number)),
    **dict.fromkeys(LONGITUDES, ChargingEvidence(kind="longitude", interpret=_plain_number)),
    **dict.fromkeys(ODOMETERS, ChargingEvidence(kind="odometer", interpret=_plain_number)),
}
"""By descriptor. A level with a number is used only when the ones before it are older than `LEVEL_FALLBACK_MS`."""
