"""The catalogue of i Remote: each key of its answers that becomes a reading, with its type, its unit and its meaning.

A reading's descriptor is `iremote.` and the key; keys of nested objects are joined by dots. Numbers come in the unit
that is stored: i Remote says km, litres and kWh whatever a car displays, and tells some ranges in miles besides.
Which signals a key feeds is said in `domain.signals.older_families`; `no_signal` says why a key feeds none.
Sources: documentation of i Remote (2014-2015), stored answers of eleven cars (2018-2021).
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.answers.catalogue_keys import (
    CatalogueKey,
    bool_key,
    number_key,
    part_key,
    text_key,
    to_catalogue,
)
from bimmerhub.ids import Descriptor

PREFIX: Final = "iremote."

_MILES: Final = "the same in miles"
_NO_QUANTITY: Final = "no quantity of ours"
_COMPARISON: Final = "a figure of other cars' owners"
_SCORE: Final = "a score from 0 to 1; how it relates to the stars of CarData is not known"


_SIDES: Final = ("Driver", "Passenger")
_ROWS: Final = ("Front", "Rear")

STATUS_KEYS: Final = (
    number_key("mileage", "km", "Odometer"),
    text_key("internalDataTimeUTC", "When the car's data were last touched", "a time of BMW's own"),
    text_key("updateReason", "Why the car reported", _NO_QUANTITY),
    *(part_key(f"door{side}{row}", f"{row} door, {side.lower()}'s side") for side in _SIDES for row in _ROWS),
    part_key("hood", "Hood"),
    part_key("trunk", "Trunk"),
    *(part_key(f"window{side}{row}", f"{row} window, {side.lower()}'s side") for side in _SIDES for row in _ROWS),
    part_key("rearWindow", "Rear window"),
    part_key("sunroof", "Sunroof"),
    part_key("convertibleRoofState", "Convertible roof"),
    text_key("doorLockState", "Locks"),
    text_key("parkingLight", "Parking light", "tells the side, not whether the lights are on"),
    bool_key("positionLight", "Position light"),
    number_key("remainingFuel", "l", "Fuel in the tank"),
    number_key("maxFuel", "l", "Size of the tank", _NO_QUANTITY),
    number_key("fuelPercent", "%", "Fuel level"),
    number_key("remainingRangeFuel", "km", "Range on fuel", "fuel_range_km is reckoned from two ranges that it lacks"),
    number_key("remainingRangeFuelMls", "mi", "Range on fuel, in miles", _MILES),
    number_key("remainingRangeElectric", "km", "Electric range"),
    number_key("remainingRangeElectricMls", "mi", "Electric range, in miles", _MILES),
    number_key("maxRangeElectric", "km", "Electric range with a full battery", _NO_QUANTITY),
    number_key("maxRangeElectricMls", "mi", "Electric range with a full battery, in miles", _MILES),
    number_key("chargingLevelHv", "%", "Charge level of the high-voltage battery"),
    text_key("chargingStatus", "What the charger does"),
    text_key("connectionStatus", "Charging plug"),
    number_key("chargingTimeRemaining", "min", "Time until charging is done"),
    text_key("lastChargingEndReason", "Why charging ended last", _NO_QUANTITY),
    text_key("lastChargingEndResult", "Whether charging ended well"),
    text_key("chargingConnectionType", "How the car is connected for charging", _NO_QUANTITY),
    text_key("chargingInductivePositioning", "How the car stands for inductive charging", _NO_QUANTITY),
    bool_key("singleImmediateCharging", "Charging starts at once, this time"),
    text_key("DCS_CCH_Activation", "DCS_CCH_Activation", "what it means is not known"),
    bool_key("DCS_CCH_Ongoing", "DCS_CCH_Ongoing", "what it means is not known"),
    text_key("vehicleCountry", "Country of the car", _NO_QUANTITY),
    text_key("steering", "Side of the steering wheel", _NO_QUANTITY),
    text_key("position.status", "Whether the car tells its position", _NO_QUANTITY),
    number_key("position.lat", "deg", "Latitude"),
    number_key("position.lon", "deg", "Longitude"),
    number_key("position.heading", "deg", "Heading"),
    CatalogueKey(key="checkControlMessages", datatype="document", title="Check Control messages"),
    CatalogueKey(key="cbsData", datatype="document", title="Service items"),
)
"""Of `vehicleStatus`; measured when the car reported (`updateTime`)."""

LAST_TRIP_KEYS: Final = (
    number_key("lastTrip.efficiencyValue", None, "Efficiency of the last trip", _SCORE),
    number_key("lastTrip.accelerationValue", None, "Acceleration of the last trip", _SCORE),
    number_key("lastTrip.anticipationValue", None, "Anticipation of the last trip", _SCORE),
    number_key("lastTrip.totalConsumptionValue", None, "Consumption of the last trip, rated", _SCORE),
    number_key("lastTrip.auxiliaryConsumptionValue", None, "Auxiliary consumption of the last trip, rated", _SCORE),
    number_key("lastTrip.drivingModeValue", None, "Driving mode of the last trip, rated", _SCORE),
    number_key("lastTrip.totalDistance", "km", "Distance of the last trip", _NO_QUANTITY),
    number_key("lastTrip.electricDistance", "km", "Electric distance of the last trip", _NO_QUANTITY),
    number_key("lastTrip.electricDistanceRatio", "%", "Share of the last trip driven electrically"),
    number_key("lastTrip.avgElectricConsumption", "kWh/100km", "Electric consumption of the last trip", _NO_QUANTITY),
    number_key("lastTrip.avgRecuperation", "kWh/100km", "Energy won back on the last trip"),
    number_key("lastTrip.avgCombinedConsumption", "l/100km", "Fuel consumption of the last trip", _NO_QUANTITY),
    number_key("lastTrip.savedFuel", "l", "Fuel saved on the last trip", _NO_QUANTITY),
    text_key("lastTrip.date", "When the last trip ended"),
    number_key("lastTrip.duration", "min", "Duration of the last trip", _NO_QUANTITY),
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
        number_key(f"allTrips.{group}.{part}", unit, f"{title}, {word} of all owners", _COMPARISON)
        for group, unit, title in _GROUPS
        for part, word in _COMMUNITY
    ),
    *(
        number_key(
            f"allTrips.{group}.{part}",
            unit,
            f"{title}, {word} of this car",
            None if f"{group}.{part}" in _USERS_WITH_SIGNAL else _NO_QUANTITY,
        )
        for group, unit, title in _GROUPS
        for part, word in _USER
    ),
    number_key("allTrips.batterySizeMax", "Wh", "Capacity of the high-voltage battery, as measured"),
    number_key("allTrips.savedCO2", "kg", "Carbon dioxide saved", _NO_QUANTITY),
    number_key("allTrips.savedCO2greenEnergy", "kg", "Carbon dioxide saved with green energy", _NO_QUANTITY),
    number_key("allTrips.totalSavedFuel", "l", "Fuel saved", _NO_QUANTITY),
    text_key("allTrips.resetDate", "When the statistics were reset", "a time of BMW's own"),
)
"""Of `allTrips`, which has no time of its own: measured when BMW answered."""

NAVIGATION_KEYS: Final = (
    number_key("navigation.soc", "kWh", "Energy in the high-voltage battery", _NO_QUANTITY),
    number_key("navigation.socMax", "kWh", "Capacity of the high-voltage battery, as measured"),
)
"""Of the navigation twin, which has no time of its own either. Its position becomes no reading: the status has the same
one, with its time."""

CATALOGUE: Final[Mapping[Descriptor, CatalogueKey]] = to_catalogue(
    PREFIX, (*STATUS_KEYS, *LAST_TRIP_KEYS, *ALL_TRIPS_KEYS, *NAVIGATION_KEYS)
)
