"""The catalogue of the MyBMW app's state: each key that becomes a reading, with its type, its unit and its meaning.

A reading's descriptor is `mybmw.` and the key; keys of nested objects are joined by dots. Numbers come metric. Doors
and windows are by the driver's side where BMW tells on which side that is (`wire`), else by left and right.
Which signals a key feeds is said in `domain.signals.older_families`; `no_signal` says why a key feeds none.
Sources: stored answers of nine (v4), seven (v2) and twelve cars (v1), 2021-2025.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bimmerhub.bmw.field_values import FieldType
from bimmerhub.ids import Descriptor

PREFIX: Final = "mybmw."

_NO_QUANTITY: Final = "no quantity of ours"
_NO_SIDE: Final = "BMW does not tell on which side the driver sits"
_WHOLE: Final = "the parts say it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key. `unit` is the one that readings are stored in; `no_signal` is None for a key that feeds a signal.

    A document is a JSON array; that of services and of messages has the shape of CarData's.
    A part (a door, a window, a roof) that says INVALID is one that the car does not have: there is no reading of it.
    """

    key: str
    datatype: FieldType
    title: str
    unit: str | None = None
    no_signal: str | None = None
    is_part: bool = False

    @property
    def descriptor(self) -> Descriptor:
        """The descriptor of its readings."""
        return Descriptor(PREFIX + self.key)


def _number(key: str, unit: str | None, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="number", unit=unit, title=title, no_signal=no_signal)


def _text(key: str, title: str, no_signal: str | None = _NO_QUANTITY) -> Key:
    return Key(key=key, datatype="text", title=title, no_signal=no_signal)


def _part(key: str, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="text", title=title, is_part=True, no_signal=no_signal)


def _bool(key: str, title: str, no_signal: str | None = _NO_QUANTITY) -> Key:
    return Key(key=key, datatype="bool", title=title, no_signal=no_signal)


def _document(key: str, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="document", title=title, no_signal=no_signal)


_ROWS: Final = ("Front", "Rear")


def _openings(group: str, noun: str) -> tuple[Key, ...]:
    by_driver = (
        _part(f"{group}.{side}{row}", f"{row} {noun}, {side}'s side")
        for side in ("driver", "passenger")
        for row in _ROWS
    )
    by_side = (
        _part(f"{group}.{side}{row}", f"{row} {noun}, {side}", _NO_SIDE) for side in ("left", "right") for row in _ROWS
    )
    return (*by_driver, *by_side)


def _tyre(place: str, words: str) -> tuple[Key, ...]:
    path = f"tireState.{place}"
    return (
        _number(f"{path}.status.currentPressure", "kPa", f"Pressure of the {words} tyre"),
        _number(f"{path}.status.targetPressure", "kPa", f"Pressure that the {words} tyre should have"),
        _number(f"{path}.status.pressureStatus", None, f"Rating of the {words} tyre's pressure", _NO_QUANTITY),
        _number(f"{path}.status.wearStatus", None, f"Rating of the {words} tyre's wear", _NO_QUANTITY),
        _text(f"{path}.details.dimension", f"Dimension of the {words} tyre"),
        _text(f"{path}.details.manufacturer", f"Maker of the {words} tyre"),
        _text(f"{path}.details.manufacturingWeek", f"Week and year in which the {words} tyre was made"),
        _text(f"{path}.details.mountingDate", f"When the {words} tyre was mounted"),
        _text(f"{path}.details.partNumber", f"Part number of the {words} tyre"),
        _text(f"{path}.details.treadDesign", f"Tread of the {words} tyre"),
        _number(f"{path}.details.season", None, f"Season of the {words} tyre", _NO_QUANTITY),
        _number(f"{path}.details.speedClassification.speedRating", "km/h", f"Speed of the {words} tyre", _NO_QUANTITY),
        _bool(f"{path}.details.speedClassification.atLeast", f"Whether the {words} tyre may go faster still"),
        _bool(f"{path}.details.isOptimizedForOemBmw", f"Whether the {words} tyre was made for BMW"),
    )


STATE_KEYS: Final = (
    _number("currentMileage", "km", "Odometer"),
    _number("range", "km", "Range of all that drives the car"),
    _bool("isLscSupported", "Whether the car reports its state"),
    _bool("isLeftSteering", "Whether the steering wheel is on the left"),
    _bool("isDeepSleepModeActive", "Whether the car sleeps deeply"),
    _bool("inMotion", "Whether the car drove when it reported", "a car reports at the end of a trip"),
    _number("combustionFuelLevel.remainingFuelPercent", "%", "Fuel level"),
    _number("combustionFuelLevel.remainingFuelLiters", "l", "Fuel in the tank"),
    _number("combustionFuelLevel.range", "km", "Range on fuel; the total one of a plug-in hybrid", _NO_QUANTITY),
    _number("electricChargingState.chargingLevelPercent", "%", "Charge level of the high-voltage battery"),
    _number("electricChargingState.range", "km", "Electric range"),
    _bool("electricChargingState.isChargerConnected", "Charging plug", None),
    _text("electricChargingState.chargingConnectionType", "How the car is connected for charging"),
    _text("electricChargingState.chargingStatus", "What the charger does", None),
    _number("electricChargingState.chargingTarget", "%", "Charge level at which charging stops"),
    _number("electricChargingState.remainingChargingMinutes", "min", "Time until charging is done"),
    _text("chargingProfile.chargingControlType", "Shape of the charging profile"),
    _text("chargingProfile.chargingMode", "When charging begins"),
    _text("chargingProfile.chargingPreference", "Whether charging keeps to the window"),
    _bool("chargingProfile.climatisationOn", "Whether the car is made comfortable for departures"),
    _number(
        "chargingProfile.chargingSettings.targetSoc",
        "%",
        "Charge level at which charging stops, of the profile",
        "electricChargingState says it",
    ),
    _text("chargingProfile.chargingSettings.idcc", "Loudness while charging"),
    _text("chargingProfile.chargingSettings.hospitality", "Whether the plug is released once charging is done"),
    _number("chargingProfile.chargingSettings.acCurrentLimit", "A", "Limit of the AC current"),
    _bool("chargingProfile.chargingSettings.isAcCurrentLimitActive", "Whether the AC current is limited", None),
    _document("chargingProfile.departureTimes", "Departures", _NO_QUANTITY),
    _text("chargingProfile.reductionOfChargeCurrent.start", "Begin of the charging window"),
    _text("chargingProfile.reductionOfChargeCurrent.end", "End of the charging window"),
    _text("climateControlState.activity", "Climate of the parked car", None),
    _number("climateControlState.remainingSeconds", "s", "Time for which the climate goes on"),
    _document("climateTimers", "Timers of the climate", _NO_QUANTITY),
    *_openings("doorsState", "door"),
    _part("doorsState.hood", "Hood"),
    _part("doorsState.trunk", "Trunk"),
    _text("doorsState.combinedState", "Whether a door is open", _WHOLE),
    _text("doorsState.combinedSecurityState", "Locks", None),
    *_openings("windowsState", "window"),
    _part("windowsState.rear", "Rear window"),
    _text("windowsState.combinedState", "Whether a window is open", _WHOLE),
    _part("roofState.roofState", "Roof"),
    _text("roofState.roofStateType", "Which roof it is"),
    _number("location.coordinates.latitude", "deg", "Latitude"),
    _number("location.coordinates.longitude", "deg", "Longitude"),
    _number("location.heading", "deg", "Heading"),
    _text("location.address.formatted", "Address of the position"),
    *_tyre("frontLeft", "front left"),
    *_tyre("frontRight", "front right"),
    *_tyre("rearLeft", "rear left"),
    *_tyre("rearRight", "rear right"),
    _document("requiredServices", "Service items"),
    _document("checkControlMessages", "Check Control messages"),
    _text("driverPreferences.lscPrivacyMode", "Whether the driver wants no state reported"),
    _text("securityOverviewMode", "Whether the alarm is armed"),
    _number("vehicleSoftwareVersion.iStep.iStep", None, "Integration level", _NO_QUANTITY),
    _number("vehicleSoftwareVersion.iStep.month", None, "Month of the integration level", _NO_QUANTITY),
    _number("vehicleSoftwareVersion.iStep.year", None, "Year of the integration level", _NO_QUANTITY),
    _text("vehicleSoftwareVersion.iStep.seriesCluster", "Series of the integration level"),
    _number("vehicleSoftwareVersion.puStep.month", None, "Month of the software", _NO_QUANTITY),
    _number("vehicleSoftwareVersion.puStep.year", None, "Year of the software", _NO_QUANTITY),
)
"""Of `state`; measured when the car reported (`lastUpdatedAt`)."""

CATALOGUE: Final[Mapping[Descriptor, Key]] = {key.descriptor: key for key in STATE_KEYS}
