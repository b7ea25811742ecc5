"""What each descriptor says about charging: which kind of evidence a reading is, and its value in our own terms.

Several descriptors tell the same (the plug has six); a fold of sessions only wants to know what was said. Words, units
and the spellings of "no value" are those of the signals.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bimmerhub.domain.no_value import is_no_value
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.positions import LATITUDES, LONGITUDES
from bimmerhub.domain.reading import Reading, Source, Value, is_number
from bimmerhub.domain.sent_units import UNKNOWN_UNIT
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.ids import Descriptor, Vin

Said = bool | int | float | str
"""The value of a piece of evidence."""

MOST_SPELLINGS: Final = 1_024
"""Of one signal: a car says the same words and few numbers over and over, and reading each anew takes 3 us."""

_CHARGING: Final = "vehicle.drivetrain.electricEngine.charging"
_PORTS: Final = "vehicle.powertrain.tractionBattery.charging.port"
HINT_PLUGGED: Final = Descriptor("hint.plugged")
METHOD: Final = Descriptor(f"{_CHARGING}.method")
REASONS: Final = (
    Descriptor(f"{_CHARGING}.reasonChargingEnd"),
    Descriptor(f"{_CHARGING}.hvpmFinishReason"),
    Descriptor(f"{_CHARGING}.lastChargingReason"),
)
"""Why a charge ended, in BMW's words (BMW's catalogue); the first that says something counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingEvidence:
    """One kind of evidence, and how its value is read off a reading; None when the reading says nothing."""

    kind: str
    read: Callable[[Reading], Said | None]


def _plain_number(reading: Reading) -> Said | None:
    value = reading.value
    return float(value) if is_number(value) and reading.unit != UNKNOWN_UNIT else None


def _level(reading: Reading) -> Said | None:
    value = reading.value
    return float(value) if is_number(value) and 0 <= value <= 100 else None  # noqa: PLR2004 - percent


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
    return dict.fromkeys(signal_by_name(name).descriptors(), ChargingEvidence(kind=kind, read=_by_signal(name)))


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
            kind=f"plug {port}", read=_by_signal("is_plugged_in")
        )
        for port in ("frontLeft", "frontMiddle", "frontRight", "rearLeft", "rearMiddle", "rearRight")
    },
    HINT_PLUGGED: ChargingEvidence(kind="plug", read=_by_signal("is_plugged_in")),
    Descriptor("vehicle.body.chargingPort.plugEventId"): ChargingEvidence(kind="plug_event", read=_counter),
    METHOD: ChargingEvidence(kind="method", read=_text),
    **{descriptor: ChargingEvidence(kind=f"reason {place}", read=_text) for place, descriptor in enumerate(REASONS)},
    Descriptor(f"{_CHARGING}.lastChargingResult"): ChargingEvidence(kind="result", read=_text),
    Descriptor(f"{_CHARGING}.smeEnergyDeltaFullyCharged"): ChargingEvidence(kind="missing_kwh", read=_plain_number),
    Descriptor("vehicle.drivetrain.batteryManagement.maxEnergy"): ChargingEvidence(kind="capacity", read=_size),
    Descriptor("vehicle.drivetrain.batteryManagement.batterySizeMax"): ChargingEvidence(kind="size", read=_size),
    **dict.fromkeys(family_descriptors("usable_energy_kwh"), ChargingEvidence(kind="capacity", read=_size)),
    Descriptor("vehicle.drivetrain.batteryManagement.header"): ChargingEvidence(kind="level", read=_level),
    _battery("stateOfCharge.displayed"): ChargingEvidence(kind="level", read=_level),
    Descriptor("vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc"): ChargingEvidence(
        kind="level 1", read=_level
    ),
    Descriptor(f"{_CHARGING}.level"): ChargingEvidence(kind="level 2", read=_level),
    **dict.fromkeys(family_descriptors("soc_percent"), ChargingEvidence(kind="level 3", read=_level)),
    Descriptor("vehicle.isMoving"): ChargingEvidence(kind="moving", read=_by_signal("is_moving")),
    **dict.fromkeys(LATITUDES, ChargingEvidence(kind="latitude", read=_plain_number)),
    **dict.fromkeys(LONGITUDES, ChargingEvidence(kind="longitude", read=_plain_number)),
    **dict.fromkeys(ODOMETERS, ChargingEvidence(kind="odometer", read=_plain_number)),
}
"""By descriptor. A level with a number is used only when the ones before it are older than `LEVEL_FALLBACK_MS`."""
