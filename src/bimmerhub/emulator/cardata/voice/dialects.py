"""What CarData has of each model: the keys it lacks, and its own words (observed by clients 2025-2026)."""

from collections.abc import Mapping
from dataclasses import dataclass

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.keys import EVERY_CAR, WITH_PLUG, WITH_TANK, KeyForm, tyre
from bimmerhub.emulator.cars import CarIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How CarData speaks of one model.

    `lacks` are keys that it does not have, `has_only`, when not empty, all that it has. `opened` are its words for open
    and closed doors. `is_streamed` False: the model is there by REST only (motorcycles: BMW's guide).
    """

    lacks: frozenset[str] = frozenset()
    has_only: frozenset[str] = frozenset()
    opened: tuple[str, str] = ("OPEN", "CLOSED")
    is_streamed: bool = True


_AC_FIGURES = frozenset({keys.CHARGING_VOLTAGE, keys.CHARGING_CURRENT})
_PLUG_BY_STREAM = frozenset({keys.PORT_STATUS, keys.PORT_TEXT, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT})
_PREDICTIONS = frozenset({keys.TIME_TO_FULL, keys.ENERGY_TO_FULL, keys.RANGE_AT_TARGET})
_NEWER = frozenset({keys.SOC_DISPLAYED, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT, *_PREDICTIONS})
_COMFORTS = frozenset({keys.COMFORT, keys.COMFORT_SECONDS, keys.SEAT_HEATING})
_SPEEDS = frozenset({keys.SPEED_FROM, keys.SPEED_TO})
_CHARGING = frozenset(key for key in WITH_PLUG if ".charging." in key and key != keys.SOC_PREDICTED)
_REAR_DOORS = keys.REAR_DOORS | keys.REAR_WINDOWS
_MOTORCYCLES_WHEELS = ("row1.wheel.left", "row2.wheel.left")

DIALECTS: Mapping[str, Dialect] = {
    "bev": Dialect(),
    "phev": Dialect(lacks=_SPEEDS | {keys.PORT_DC, keys.PORT_REAR_RIGHT, keys.RANGE_AT_TARGET}),
    "ice": Dialect(
        lacks=_REAR_DOORS | _COMFORTS | _SPEEDS | keys.TYRE_TEMPERATURES | {keys.SUNROOF, keys.ALARM, keys.ALARM_IS_ON},
        opened=("open", "closed"),
    ),
    "i4": Dialect(
        lacks=_AC_FIGURES | _PREDICTIONS | _SPEEDS | {keys.MAX_ENERGY, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT}
    ),
    "ix3": Dialect(lacks=_PLUG_BY_STREAM | {keys.SOC_HEADER, keys.SOC_PREDICTED}),
    "i3": Dialect(
        lacks=_CHARGING | _NEWER | _COMFORTS | _SPEEDS | keys.TYRE_TEMPERATURES | {keys.TOTAL_RANGE, keys.SUNROOF}
    ),
    "x1": Dialect(lacks=_SPEEDS | _COMFORTS | {keys.SUNROOF, keys.AUXILIARY_POWER, keys.IS_MOVING, keys.IGNITION}),
    "motorcycle": Dialect(
        has_only=frozenset(
            {keys.ODOMETER, keys.LATITUDE, keys.LONGITUDE, keys.FUEL_LEVEL, keys.FUEL_LITRES, keys.TOTAL_RANGE}
            | {keys.STARTER_VOLTAGE, keys.SERVICES, keys.SERVICE_DISTANCE, keys.INSPECTION_DATE}
            | {tyre(wheel, "pressure") for wheel in _MOTORCYCLES_WHEELS}
        ),
        is_streamed=False,
    ),
}
"""By the code of the model (`cars.MODELS`)."""


def keys_of(car: CarIdentity) -> dict[str, KeyForm]:
    """Return every key that CarData has of a car."""
    dialect = DIALECTS[car.code]
    forms = EVERY_CAR | (WITH_PLUG if car.drivetrain != "ICE" else {}) | (WITH_TANK if car.drivetrain != "BEV" else {})
    return {
        key: form
        for key, form in forms.items()
        if key not in dialect.lacks and (not dialect.has_only or key in dialect.has_only)
    }
