"""What the readings of a car say about its trips: each descriptor's meaning, of every family of BMW's."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from bimmerhub.domain.folds.possible_numbers import (
    ALTITUDE_M,
    BATTERY_KWH,
    FUEL_L,
    LATITUDE_DEG,
    LONGITUDE_DEG,
    ODOMETER_KM,
    PERCENT,
    SEGMENT,
    NumberRange,
    is_possible,
)
from bimmerhub.domain.hint_descriptors import HINT_DRIVING, HINT_PLUGGED
from bimmerhub.domain.positions import ALTITUDE, LATITUDES, LONGITUDES
from bimmerhub.domain.reading import Reading, Value, is_number
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.ids import Descriptor


class Meaning(Enum):
    """What a reading tells."""

    MOVING = auto()
    SWITCHED_ON = auto()
    DOOR_OPEN = auto()
    LOCK = auto()
    PLUGGED = auto()
    CHARGING = auto()
    HINTED = auto()
    LATITUDE = auto()
    LONGITUDE = auto()
    ALTITUDE = auto()
    ODOMETER = auto()
    CHARGE_LEVEL = auto()
    FUEL = auto()
    USABLE_ENERGY = auto()
    TRIP_ENDED = auto()
    SEGMENT = auto()


SEGMENT_SIGNALS: Final = {
    "last_trip_electric_percent": "electric_percent",
    "last_trip_eco_percent": "eco_percent",
    "last_trip_eco_plus_percent": "eco_plus_percent",
    "last_trip_comfort_energy_kwh": "comfort_energy_kwh",
    "last_trip_recuperation_kwh_per_100km": "recuperation_kwh_per_100km",
    "last_trip_acceleration_stars": "acceleration_stars",
    "last_trip_anticipation_stars": "anticipation_stars",
}
"""What BMW sums up at the end of a trip: by signal, the member of a trip that it becomes."""

_BY_SIGNAL: Final = {
    "is_moving": Meaning.MOVING,
    "is_ignition_on": Meaning.SWITCHED_ON,
    "is_engine_running": Meaning.SWITCHED_ON,
    "is_door_front_driver_open": Meaning.DOOR_OPEN,
    "lock_state": Meaning.LOCK,
    "is_plugged_in": Meaning.PLUGGED,
    "is_charging": Meaning.CHARGING,
    "odometer_km": Meaning.ODOMETER,
    "soc_percent": Meaning.CHARGE_LEVEL,
    "fuel_l": Meaning.FUEL,
    "usable_energy_kwh": Meaning.USABLE_ENERGY,
    "last_trip_ended": Meaning.TRIP_ENDED,
    **dict.fromkeys(SEGMENT_SIGNALS, Meaning.SEGMENT),
}

_POSSIBLE: Final[Mapping[Meaning, NumberRange]] = {
    Meaning.LATITUDE: LATITUDE_DEG,
    Meaning.LONGITUDE: LONGITUDE_DEG,
    Meaning.ALTITUDE: ALTITUDE_M,
    Meaning.ODOMETER: ODOMETER_KM,
    Meaning.CHARGE_LEVEL: PERCENT,
    Meaning.FUEL: FUEL_L,
    Meaning.USABLE_ENERGY: BATTERY_KWH,
    Meaning.SEGMENT: SEGMENT,
}
_PREDICTED: Final = signal_by_name("soc_percent").predicted
_TRIP_END_LEVEL: Final = Descriptor("vehicle.trip.segment.end.drivetrain.batteryManagement.hvSoc")
"""Of cars without a traction battery too (facts: mild hybrids and petrol cars send it)."""

_READERS: Final[dict[Descriptor, tuple[Meaning, Signal | None]]] = {
    **{
        descriptor: (meaning, signal_by_name(name))
        for name, meaning in _BY_SIGNAL.items()
        for descriptor in signal_by_name(name).descriptors()
        if descriptor not in _PREDICTED and descriptor != _TRIP_END_LEVEL
    },
    **dict.fromkeys(LATITUDES, (Meaning.LATITUDE, None)),
    **dict.fromkeys(LONGITUDES, (Meaning.LONGITUDE, None)),
    ALTITUDE: (Meaning.ALTITUDE, None),
    HINT_DRIVING: (Meaning.HINTED, None),
    HINT_PLUGGED: (Meaning.PLUGGED, None),
}

DESCRIPTORS: Final = tuple(sorted(_READERS))

SEGMENT_MEMBERS: Final = {
    descriptor: member for name, member in SEGMENT_SIGNALS.items() for descriptor in signal_by_name(name).descriptors()
}


def meaning_of(descriptor: str) -> Meaning | None:
    """Return what readings of a descriptor tell; None when that is nothing about trips."""
    reader = _READERS.get(Descriptor(descriptor))
    return None if reader is None else reader[0]


def read_sign(reading: Reading) -> tuple[Meaning, Value] | None:
    """Return what a reading tells, in the terms of its signal; None when it tells nothing, or what cannot be."""
    sign = _interpret(reading)
    if sign is None or not is_number(sign[1]):
        return sign
    limits = _POSSIBLE.get(sign[0])
    return sign if limits is None or is_possible(sign[1], limits) else None


def _interpret(reading: Reading) -> tuple[Meaning, Value] | None:
    reader = _READERS.get(reading.descriptor)
    if reader is None or reading.value is None:
        return None
    meaning, signal = reader
    if signal is None or meaning is Meaning.ODOMETER or isinstance(reading.value, bool):
        return meaning, reading.value
    value, quality = signal.interpret(reading)
    return None if value is None or quality != "measured" else (meaning, value)
