"""The catalogue of the MyBMW app's state: each key that becomes a reading, with its type, its unit and its meaning.

A reading's descriptor is `mybmw.` and the key; keys of nested objects are joined by dots. Numbers come metric. Doors
and windows are by the driver's side where BMW tells on which side that is (`wire`), else by left and right.
Which signals a key feeds is said in `domain.signals.older_families`; `no_signal` says why a key feeds none.
Sources: stored answers of nine (v4), seven (v2) and twelve cars (v1), 2021-2025.
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.answers.catalogue_keys import (
    CatalogueKey,
    bool_key,
    document_key,
    number_key,
    part_key,
    text_key,
    to_catalogue,
)
from bimmerhub.ids import Descriptor

PREFIX: Final = "mybmw."

_NO_QUANTITY: Final = "no quantity of ours"
_NO_SIDE: Final = "BMW does not tell on which side the driver sits"
_WHOLE: Final = "the parts say it"


def _text(key: str, title: str, no_signal: str | None = _NO_QUANTITY) -> CatalogueKey:
    return text_key(key, title, no_signal)


def _bool(key: str, title: str, no_signal: str | None = _NO_QUANTITY) -> CatalogueKey:
    return bool_key(key, title, no_signal)


_ROWS: Final = ("Front", "Rear")


def _openings(group: str, noun: str) -> tuple[CatalogueKey, ...]:
    by_driver = (
        part_key(f"{group}.{side}{row}", f"{row} {noun}, {side}'s side")
        for side in ("driver", "passenger")
        for row in _ROWS
    )
    by_side = (
        part_key(f"{group}.{side}{row}", f"{row} {noun}, {side}", _NO_SIDE)
        for side in ("left", "right")
        for row in _ROWS
    )
    return (*by_driver, *by_side)


def _tyre(place: str, words: str) -> tuple[CatalogueKey, ...]:
    path = f"tireState.{place}"
    return (
        number_key(f"{path}.status.currentPressure", "kPa", f"Pressure of the {words} tyre"),
        number_key(f"{path}.status.targetPressure", "kPa", f"Pressure that the {words} tyre should have"),
        number_key(f"{path}.status.pressureStatus", None, f"Rating of the {words} tyre's pressure", _NO_QUANTITY),
        number_key(f"{path}.status.wearStatus", None, f"Rating of the {words} tyre's wear", _NO_QUANTITY),
        _text(f"{path}.details.dimension", f"Dimension of the {words} tyre"),
        _text(f"{path}.details.manufacturer", f"Maker of the {words} tyre"),
        _text(f"{path}.details.manufacturingWeek", f"Week and year in which the {words} tyre was made"),
        _text(f"{path}.details.mountingDate", f"When the {words} tyre was mounted"),
        _text(f"{path}.details.partNumber", f"Part number of the {words} tyre"),
        _text(f"{path}.details.treadDesign", f"Tread of the {words} tyre"),
        number_key(f"{path}.details.season", None, f"Season of the {words} tyre", _NO_QUANTITY),
        number_key(
            f"{path}.details.speedClassification.speedRating", "km/h", f"Speed of the {words} tyre", _NO_QUANTITY
        ),
        _bool(f"{path}.details.speedClassification.atLeast", f"Whether the {words} tyre may go faster still"),
        _bool(f"{path}.details.isOptimizedForOemBmw", f"Whether the {words} tyre was made for BMW"),
    )


STATE_KEYS: Final = (
    number_key("currentMileage", "km", "Odometer"),
    number_key("range", "km", "Range of all that drives the car"),
    _bool("isLscSupported", "Whether the car reports its state"),
    _bool("isLeftSteering", "Whether the steering wheel is on the left"),
    _bool("isDeepSleepModeActive", "Whether the car sleeps deeply"),
    _bool("inMotion", "Whether the car drove when it reported", "a car reports at the end of a trip"),
    number_key("combustionFuelLevel.remainingFuelPercent", "%", "Fuel level"),
    number_key("combustionFuelLevel.remainingFuelLiters", "l", "Fuel in the tank"),
    number_key("combustionFuelLevel.range", "km", "Range on fuel; the total one of a plug-in hybrid", _NO_QUANTITY),
    number_key("electricChargingState.chargingLevelPercent", "%", "Charge level of the high-voltage battery"),
    number_key("electricChargingState.range", "km", "Electric range"),
    _bool("electricChargingState.isChargerConnected", "Charging plug", None),
    _text("electricChargingState.chargingConnectionType", "How the car is connected for charging"),
    _text("electricChargingState.chargingStatus", "What the charger does", None),
    number_key("electricChargingState.chargingTarget", "%", "Charge level at which charging stops"),
    number_key("electricChargingState.remainingChargingMinutes", "min", "Time until charging is done"),
    _text("chargingProfile.chargingControlType", "Shape of the charging profile"),
    _text("chargingProfile.chargingMode", "When charging begins"),
    _text("chargingProfile.chargingPreference", "Whether charging keeps to the window"),
    _bool("chargingProfile.climatisationOn", "Whether the car is made comfortable for departures"),
    number_key(
        "chargingProfile.chargingSettings.targetSoc",
        "%",
        "Charge level at which charging stops, of the profile",
        "electricChargingState says it",
    ),
    _text("chargingProfile.chargingSettings.idcc", "Loudness while charging"),
    _text("chargingProfile.chargingSettings.hospitality", "Whether the plug is released once charging is done"),
    number_key("chargingProfile.chargingSettings.acCurrentLimit", "A", "Limit of the AC current"),
    _bool("chargingProfile.chargingSettings.isAcCurrentLimitActive", "Whether the AC current is limited", None),
    document_key("chargingProfile.departureTimes", "Departures", _NO_QUANTITY),
    _text("chargingProfile.reductionOfChargeCurrent.start", "Begin of the charging window"),
    _text("chargingProfile.reductionOfChargeCurrent.end", "End of the charging window"),
    _text("climateControlState.activity", "Climate of the parked car", None),
    number_key("climateControlState.remainingSeconds", "s", "Time for which the climate goes on"),
    document_key("climateTimers", "Timers of the climate", _NO_QUANTITY),
    *_openings("doorsState", "door"),
    part_key("doorsState.hood", "Hood"),
    part_key("doorsState.trunk", "Trunk"),
    _text("doorsState.combinedState", "Whether a door is open", _WHOLE),
    _text("doorsState.combinedSecurityState", "Locks", None),
    *_openings("windowsState", "window"),
    part_key("windowsState.rear", "Rear window"),
    _text("windowsState.combinedState", "Whether a window is open", _WHOLE),
    part_key("roofState.roofState", "Roof"),
    _text("roofState.roofStateType", "Which roof it is"),
    number_key("location.coordinates.latitude", "deg", "Latitude"),
    number_key("location.coordinates.longitude", "deg", "Longitude"),
    number_key("location.heading", "deg", "Heading"),
    _text("location.address.formatted", "Address of the position"),
    *_tyre("frontLeft", "front left"),
    *_tyre("frontRight", "front right"),
    *_tyre("rearLeft", "rear left"),
    *_tyre("rearRight", "rear right"),
    document_key("requiredServices", "Service items"),
    document_key("checkControlMessages", "Check Control messages"),
    _text("driverPreferences.lscPrivacyMode", "Whether the driver wants no state reported"),
    _text("securityOverviewMode", "Whether the alarm is armed"),
    number_key("vehicleSoftwareVersion.iStep.iStep", None, "Integration level", _NO_QUANTITY),
    number_key("vehicleSoftwareVersion.iStep.month", None, "Month of the integration level", _NO_QUANTITY),
    number_key("vehicleSoftwareVersion.iStep.year", None, "Year of the integration level", _NO_QUANTITY),
    _text("vehicleSoftwareVersion.iStep.seriesCluster", "Series of the integration level"),
    number_key("vehicleSoftwareVersion.puStep.month", None, "Month of the software", _NO_QUANTITY),
    number_key("vehicleSoftwareVersion.puStep.year", None, "Year of the software", _NO_QUANTITY),
)
"""Of `state`; measured when the car reported (`lastUpdatedAt`)."""

CATALOGUE: Final[Mapping[Descriptor, CatalogueKey]] = to_catalogue(PREFIX, STATE_KEYS)
