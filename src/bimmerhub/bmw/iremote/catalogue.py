"""The catalogue of i Remote: each key of its answers that becomes a reading, with its type, its unit and its meaning.

A reading's descriptor is `iremote.` and the key; keys of nested objects are joined by dots. Numbers come in the unit
that is stored: i Remote says km, litres and kWh whatever a car displays, and tells some ranges in miles besides.
Which signals a key feeds is said in `domain.signals.older_families`; `no_signal` says why a key feeds none.
Sources: documentation of i Remote (2014-2015), stored answers of eleven cars (2018-2021).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bimmerhub.bmw.field_values import FieldType
from bimmerhub.ids import Descriptor

PREFIX: Final = "iremote."

_MILES: Final = "the same in miles"
_NO_QUANTITY: Final = "no quantity of ours"
_COMPARISON: Final = "a figure of other cars' owners"
_SCORE: Final = "a score from 0 to 1; how it relates to the stars of CarData is not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key. `unit` is the one that readings are stored in; `no_signal` is None for a key that feeds a signal.

    A document is a JSON array in the shape of CarData's, for the readers of `domain.signals.conditions`.
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


def _text(key: str, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="text", title=title, no_signal=no_signal)


def _part(key: str, title: str) -> Key:
    return Key(key=key, datatype="text", title=title, is_part=True)


def _bool(key: str, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="bool", title=title, no_signal=no_signal)


_SIDES: Final = ("Driver", "Passenger")
_ROWS: Final = ("Front", "Rear")

STATUS_KEYS: Final = (
    _number("mileage", "km", "Odometer"),
    _text("internalDataTimeUTC", "When the car's data were last touched", "a time of BMW's own"),
    _text("updateReason", "Why the car reported", _NO_QUANTITY),
    *(_part(f"door{side}{row}", f"{row} door, {side.lower()}'s side") for side in _SIDES for row in _ROWS),
    _part("hood", "Hood"),
    _part("trunk", "Trunk"),
    *(_part(f"window{side}{row}", f"{row} window, {side.lower()}'s side") for side in _SIDES for row in _ROWS),
    _part("rearWindow", "Rear window"),
    _part("sunroof", "Sunroof"),
    _part("convertibleRoofState", "Convertible roof"),
    _text("doorLockState", "Locks"),
    _text("parkingLight", "Parking light", "tells the side, not whether the lights are on"),
    _bool("positionLight", "Position light"),
    _number("remainingFuel", "l", "Fuel in the tank"),
    _number("maxFuel", "l", "Size of the tank", _NO_QUANTITY),
    _number("fuelPercent", "%", "Fuel level"),
    _number("remainingRangeFuel", "km", "Range on fuel", "fuel_range_km is reckoned from two ranges that it lacks"),
    _number("remainingRangeFuelMls", "mi", "Range on fuel, in miles", _MILES),
    _number("remainingRangeElectric", "km", "Electric range"),
    _number("remainingRangeElectricMls", "mi", "Electric range, in miles", _MILES),
    _number("maxRangeElectric", "km", "Electric range with a full battery", _NO_QUANTITY),
    _number("maxRangeElectricMls", "mi", "Electric range with a full battery, in miles", _MILES),
    _number("chargingLevelHv", "%", "Charge level of the high-voltage battery"),
    _text("chargingStatus", "What the charger does"),
    _text("connectionStatus", "Charging plug"),
    _number("chargingTimeRemaining", "min", "Time until charging is done"),
    _text("lastChargingEndReason", "Why charging ended last", _NO_QUANTITY),
    _text("lastChargingEndResult", "Whether charging ended well"),
    _text("chargingConnectionType", "How the car is connected for charging", _NO_QUANTITY),
    _text("chargingInductivePositioning", "How the car stands for inductive charging", _NO_QUANTITY),
    _bool("singleImmediateCharging", "Charging starts at once, this time"),
    _text("DCS_CCH_Activation", "DCS_CCH_Activation", "what it means is not known"),
    _bool("DCS_CCH_Ongoing", "DCS_CCH_Ongoing", "what it means is not known"),
    _text("vehicleCountry", "Country of the car", _NO_QUANTITY),
    _text("steering", "Side of the steering wheel", _NO_QUANTITY),
    _text("position.status", "Whether the car tells its position", _NO_QUANTITY),
    _number("position.lat", "deg", "Latitude"),
    _number("position.lon", "deg", "Longitude"),
    _number("position.heading", "deg", "Heading"),
    Key(key="checkControlMessages", datatype="document", title="Check Control messages"),
    Key(key="cbsData", datatype="document", title="Service items"),
)
"""Of `vehicleStatus`; measured when the car reported (`updateTime`)."""

LAST_TRIP_KEYS: Final = (
    _number("lastTrip.efficiencyValue", None, "Efficiency of the last trip", _SCORE),
    _number("lastTrip.accelerationValue", None, "Acceleration of the last trip", _SCORE),
    _number("lastTrip.anticipationValue", None, "Anticipation of the last trip", _SCORE),
    _number("lastTrip.totalConsumptionValue", None, "Consumption of the last trip, rated", _SCORE),
    _number("lastTrip.auxiliaryConsumptionValue", None, "Auxiliary consumption of the last trip, rated", _SCORE),
    _number("lastTrip.drivingModeValue", None, "Driving mode of the last trip, rated", _SCORE),
    _number("lastTrip.totalDistance", "km", "Distance of the last trip", _NO_QUANTITY),
    _number("lastTrip.electricDistance", "km", "Electric distance of the last trip", _NO_QUANTITY),
    _number("lastTrip.electricDistanceRatio", "%", "Share of the last trip driven electrically"),
    _number("lastTrip.avgElectricConsumption", "kWh/100km", "Electric consumption of the last trip", _NO_QUANTITY),
    _number("lastTrip.avgRecuperation", "kWh/100km", "Energy won back on the last trip"),
    _number("lastTrip.avgCombinedConsumption", "l/100km", "Fuel consumption of the last trip", _NO_QUANTITY),
    _number("lastTrip.savedFuel", "l", "Fuel saved on the last trip", _NO_QUANTITY),
    _text("lastTrip.date", "When the last trip ended"),
    _number("lastTrip.duration", "min", "Duration of the last trip", _NO_QUANTITY),
)
"""Of `lastTrip`; measured when the trip ended (`date`)."""

_GROUPS: Final = (
    ("avgElectricConsumption", "kWh/100km", "Electric consumption"),
    ("avgRecuperation", "kWh/100km", "Energy won back"),
    ("avgCombinedConsumption", "l/100km", "Fuel consumption"),
    ("chargecycleRange", "km", "Distance on one charge"),
    ("totalElectricDistance", "km", "Electric distance since the reset"),
)
_COMMUNITY: Final = (("communityLow", "lowest"), ("communityAverage", "average"), ("communityHigh", "highest"))
_USER: Final = (
    ("userAverage", "average"),
    ("userHigh", "highest"),
    ("userCurrentChargeCycle", "since the last charge"),
    ("userTotal", "total"),
)
_USERS_WITH_SIGNAL: Final = frozenset({"avgElectricConsumption.userAverage"})

ALL_TRIPS_KEYS: Final = (
    *(
        _number(f"allTrips.{group}.{part}", unit, f"{title}, {word} of all owners", _COMPARISON)
        for group, unit, title in _GROUPS
        for part, word in _COMMUNITY
    ),
    *(
        _number(
            f"allTrips.{group}.{part}",
            unit,
            f"{title}, {word} of this car",
            None if f"{group}.{part}" in _USERS_WITH_SIGNAL else _NO_QUANTITY,
        )
        for group, unit, title in _GROUPS
        for part, word in _USER
    ),
    _number("allTrips.batterySizeMax", "Wh", "Capacity of the high-voltage battery, as measured"),
    _number("allTrips.savedCO2", "kg", "Carbon dioxide saved", _NO_QUANTITY),
    _number("allTrips.savedCO2greenEnergy", "kg", "Carbon dioxide saved with green energy", _NO_QUANTITY),
    _number("allTrips.totalSavedFuel", "l", "Fuel saved", _NO_QUANTITY),
    _text("allTrips.resetDate", "When the statistics were reset", "a time of BMW's own"),
)
"""Of `allTrips`, which has no time of its own: measured when BMW answered."""

NAVIGATION_KEYS: Final = (
    _number("navigation.soc", "kWh", "Energy in the high-voltage battery", _NO_QUANTITY),
    _number("navigation.socMax", "kWh", "Capacity of the high-voltage battery, as measured"),
)
"""Of the navigation twin, which has no time of its own either. Its position becomes no reading: the status has the same
one, with its time."""

CATALOGUE: Final[Mapping[Descriptor, Key]] = {
    key.descriptor: key for key in (*STATUS_KEYS, *LAST_TRIP_KEYS, *ALL_TRIPS_KEYS, *NAVIGATION_KEYS)
}
