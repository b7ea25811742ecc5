"""What CarData has of each model: the keys it lacks or has besides, and its own words.

Observed by clients 2025-2026: JustChr/BavarianData's list of supported cars (530d, X3 30e, iX3, i5, motorcycles),
JjyKsi/bmw-cardata-ha#34 (X5 30d, petrol MINI, i3), BavarianData 0.9.9 (M2) and #53 (i4 eDrive35), kvanbiesen's #293
(miles). What Supra and Spectre have is inferred from cars of their time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.keys import EVERY_CAR, WITH_PLUG, WITH_TANK, KeyForm, tyre
from bimmerhub.emulator.cardata.voice.message import Value
from bimmerhub.emulator.cars import CarIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How CarData speaks of one model.

    `lacks` are keys that it does not have, `has_only`, when not empty, all that it has; `has_besides` are keys that
    cars with its drivetrain do not have. `by_rest_only` are not streamed, and `streams_only`, when not empty, are all
    that are. `opened` are its words for open and closed doors. `beside_levels` is told with each level, and `instead`
    in place of what is true. `always_sent` are sent again also when unchanged. `unitless_share` of its distances come
    without their unit. `is_streamed` False: the model is there by REST only (motorcycles: BMW's guide).
    """

    lacks: frozenset[str] = frozenset()
    has_only: frozenset[str] = frozenset()
    has_besides: Mapping[str, KeyForm] = field(default_factory=dict)
    by_rest_only: frozenset[str] = frozenset()
    streams_only: frozenset[str] = frozenset()
    opened: tuple[str, str] = ("OPEN", "CLOSED")
    beside_levels: Mapping[str, Value] = field(default_factory=dict)
    instead: Mapping[str, Value] = field(default_factory=dict)
    always_sent: frozenset[str] = frozenset()
    unitless_share: float = 0.0
    is_streamed: bool = True


BY_REST_ONLY = frozenset({keys.HV_STATUS, keys.TIME_REMAINING})
"""Streamable by BMW's catalogue, yet seen in REST only (observed by clients 2025-2026)."""
_AC_FIGURES = frozenset({keys.CHARGING_VOLTAGE, keys.CHARGING_CURRENT})
_PLUG_BY_STREAM = frozenset({keys.PORT_STATUS, keys.PORT_TEXT, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT})
_PREDICTIONS = frozenset({keys.TIME_TO_FULL, keys.ENERGY_TO_FULL, keys.RANGE_AT_TARGET})
_NEWER = frozenset({keys.SOC_DISPLAYED, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT, *_PREDICTIONS})
_COMFORTS = frozenset({keys.COMFORT, keys.COMFORT_SECONDS, keys.SEAT_HEATING})
_SPEEDS = frozenset({keys.SPEED_FROM, keys.SPEED_TO})
_CHARGING = frozenset(key for key in WITH_PLUG if ".charging." in key and key != keys.SOC_PREDICTED)
_REAR_DOORS = keys.REAR_DOORS | keys.REAR_WINDOWS
_LEVELS = frozenset({keys.SOC_HEADER, keys.SOC_DISPLAYED, keys.SOC_AT_TRIP_END})
_PLUG_BESIDE_PORT = frozenset(
    {keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT, keys.PORT_DC, keys.PORT_COMBINED, keys.CONNECTOR}
)
_FUEL = frozenset({keys.FUEL_LEVEL, keys.FUEL_LITRES})
_AT_TRIP_END_ONLY = _FUEL | {keys.ODOMETER, keys.LATITUDE, keys.LONGITUDE}
_LEVEL_AT_TRIP_END = {keys.SOC_AT_TRIP_END: WITH_PLUG[keys.SOC_AT_TRIP_END]}
_OLD = _COMFORTS | _SPEEDS | keys.TYRE_TEMPERATURES | {keys.SUNROOF}
_MINI = Dialect(
    lacks=_REAR_DOORS | _COMFORTS | _SPEEDS | keys.TYRE_TEMPERATURES | {keys.SUNROOF, keys.ALARM, keys.ALARM_IS_ON},
    opened=("open", "closed"),
)
_I4 = Dialect(
    lacks=_AC_FIGURES | _PREDICTIONS | _SPEEDS | {keys.MAX_ENERGY, keys.PORT_IS_PLUGGED, keys.PORT_REAR_RIGHT}
)
_MOTORCYCLES_WHEELS = ("row1.wheel.left", "row2.wheel.left")

DIALECTS: Mapping[str, Dialect] = {
    "bev": Dialect(lacks=_PLUG_BESIDE_PORT),
    "phev": Dialect(lacks=_SPEEDS | {keys.PORT_DC, keys.PORT_REAR_RIGHT, keys.RANGE_AT_TARGET}),
    "ice": _MINI,
    "i4": _I4,
    "i4-35": replace(
        _I4,
        has_besides={key: WITH_TANK[key] for key in _FUEL},
        beside_levels=dict.fromkeys(sorted(_FUEL), 0),
    ),
    "ix3": Dialect(
        lacks=_PLUG_BY_STREAM | {keys.SOC_HEADER, keys.SOC_PREDICTED},
        instead={keys.SOC_TARGET: 100},
        always_sent=frozenset({keys.SOC_TARGET}),
    ),
    "i3": Dialect(lacks=_CHARGING | _NEWER | _OLD, instead={keys.TOTAL_RANGE: 0}),
    "i3-rex": Dialect(
        lacks=_CHARGING | _NEWER | _OLD,
        has_besides=WITH_TANK,
        instead={keys.TOTAL_RANGE: 0},
    ),
    "spectre": Dialect(lacks=_REAR_DOORS | _SPEEDS),
    "x3-30e": Dialect(lacks=_SPEEDS | {keys.PORT_DC, keys.PORT_REAR_RIGHT}, by_rest_only=_LEVELS),
    "330e-gb": Dialect(lacks=_SPEEDS | {keys.PORT_DC, keys.PORT_REAR_RIGHT}, unitless_share=0.3),
    "530d": Dialect(lacks=_OLD, streams_only=_AT_TRIP_END_ONLY),
    "x5-30d": Dialect(lacks=_SPEEDS, has_besides=_LEVEL_AT_TRIP_END),
    "cooper-s": replace(_MINI, has_besides=_LEVEL_AT_TRIP_END),
    "m2": Dialect(
        lacks=_OLD | _REAR_DOORS,
        has_besides={keys.SOC_TARGET: WITH_PLUG[keys.SOC_TARGET]},
        beside_levels={keys.SOC_TARGET: 100},
    ),
    "supra": Dialect(lacks=_OLD | _REAR_DOORS),
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
    with_plug = WITH_PLUG if car.drivetrain in {"BEV", "PHEV"} else {}
    forms = EVERY_CAR | with_plug | (WITH_TANK if car.drivetrain != "BEV" else {}) | dict(dialect.has_besides)
    return {
        key: form
        for key, form in forms.items()
        if key not in dialect.lacks and (not dialect.has_only or key in dialect.has_only)
    }


def streamed_keys_of(car: CarIdentity) -> frozenset[str]:
    """Return the keys of a car that reach the stream."""
    dialect = DIALECTS[car.code]
    if not dialect.is_streamed:
        return frozenset()
    streamable = {key for key, form in keys_of(car).items() if form.is_streamable}
    return frozenset(streamable & (dialect.streams_only or streamable)) - dialect.by_rest_only - BY_REST_ONLY
