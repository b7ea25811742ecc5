"""The catalogue of the portal: each key of its answers that becomes a reading, with its type, unit and meaning.

A reading's descriptor is `connecteddrive.` and the key. Numbers come in the unit that is stored: distances in the car's
own unit become kilometres in `wire`. Which signals a key feeds is said in `domain.signals.older_families`; `no_signal`
says why a key feeds none. What becomes no reading is in `NO_READING`, with the reason.
Sources: stored answers of several cars, clients of the portal (2015-2021).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bimmerhub.bmw.field_values import FieldType
from bimmerhub.ids import Descriptor

PREFIX: Final = "connecteddrive."

_MILES: Final = "the same in miles"
_CAR_UNIT: Final = "the same in the car's unit"
_NO_QUANTITY: Final = "no quantity of ours"
_UNKNOWN: Final = "what it means is not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key. `unit` is the one that readings are stored in; `no_signal` is None for a key that feeds a signal.

    A document is a JSON array in the shape of CarData's, for the readers of `domain.signals.conditions`.
    """

    key: str
    datatype: FieldType
    title: str
    unit: str | None = None
    no_signal: str | None = None

    @property
    def descriptor(self) -> Descriptor:
        """The descriptor of its readings."""
        return Descriptor(PREFIX + self.key)


def _number(key: str, unit: str | None, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="number", unit=unit, title=title, no_signal=no_signal)


def _text(key: str, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="text", title=title, no_signal=no_signal)


def _bool(key: str, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="bool", title=title, no_signal=no_signal)


def _document(key: str, title: str, no_signal: str | None = None) -> Key:
    return Key(key=key, datatype="document", title=title, no_signal=no_signal)


def _ranges(key: str, title: str, no_signal: str | None = None) -> tuple[Key, ...]:
    """Return a distance that BMW tells three times; the one in kilometres may feed a signal."""
    return (
        _number(key, "km", f"{title}, told in the car's unit", no_signal or _CAR_UNIT),
        _number(f"{key}Km", "km", title, no_signal),
        _number(f"{key}Mile", "mi", f"{title}, in miles", _MILES),
    )


_SEATS: Final = tuple(f"{side}_{row}" for side in ("driver", "passenger") for row in ("front", "rear"))

DYNAMIC_KEYS: Final = (
    _text("lastUpdateReason", "Why the car reported", _NO_QUANTITY),
    _text("lsc_trigger", "Why the car reported, as its last state call says", _NO_QUANTITY),
    _number("mileage", "km", "Odometer"),
    _text("head_unit", "Head unit", _NO_QUANTITY),
    _text("head_unit_pu_software", "Software of the head unit, MM/YY", _NO_QUANTITY),
    _bool("vehicle_tracking", "The car may tell its position", _NO_QUANTITY),
    _number("gps_lat", "deg", "Latitude"),
    _number("gps_lng", "deg", "Longitude"),
    _number("heading", "deg", "Heading"),
    _text("DCS_CCH_Activation", "DCS_CCH_Activation", _UNKNOWN),
    _text("DCS_CCH_Ongoing", "DCS_CCH_Ongoing", _UNKNOWN),
    *(_text(f"door_{seat}", f"Door, {seat.replace('_', ' ')}") for seat in _SEATS),
    _text("hood_state", "Hood"),
    _text("trunk_state", "Trunk"),
    *(_text(f"window_{seat}", f"Window, {seat.replace('_', ' ')}") for seat in _SEATS),
    _text("rear_window", "Rear window"),
    _text("sunroof_state", "Sunroof"),
    _text("shdStatusUnified", "Sunroof, in the words of all models", "the same as sunroof_state"),
    _number("sunroof_position", None, "Position of the sunroof", "its unit is not known"),
    _text("convertible_roof_state", "Convertible roof"),
    _text("door_lock_state", "Locks"),
    _text("lights_parking", "Parking light", "tells the parking light, not whether the lights are on"),
    _document("condition_based_services", "Service items, as numbers"),
    _text("check_control_messages", "Check Control messages, as a text", "ccmMessages has them one by one"),
    _number("remaining_fuel", "l", "Fuel in the tank"),
    _number("fuelPercent", "%", "Fuel level"),
    *_ranges("beRemainingRangeFuel", "Range on fuel", "fuel_range_km is reckoned from two ranges that it lacks"),
    _number("kombi_current_remaining_range_fuel", "km", "Range on fuel by the instruments", _NO_QUANTITY),
    _number("remaining_range", "km", "Range", "which ranges it adds up is not known"),
    *_ranges("beRemainingRangeElectric", "Electric range"),
    *_ranges("beMaxRangeElectric", "Electric range with a full battery", _NO_QUANTITY),
    _number("chargingLevelHv", "%", "Charge level, as the car displays it"),
    _number("soc_hv_percent", "%", "Charge level of the gross capacity", "not the level that the car displays"),
    _number("beChargingLevelHv", "%", "Charge level", "chargingLevelHv is the one that all cars tell"),
    _number("beEnergyLevelHv", "kWh", "Energy in the high-voltage battery", "its unit is inferred"),
    _number("battery_size_max", "Wh", "Capacity of the high-voltage battery"),
    _text("charging_status", "What the charger does"),
    _text("chargingSystemStatus", "What the charging system does", "the same as charging_status"),
    _text("chargingHVStatus", "What the high-voltage battery does"),
    _text("chargingLogicCurrentlyActive", "How charging is controlled", _NO_QUANTITY),
    _number("chargingTimeRemaining", "min", "Time until charging is done"),
    _text("connectorStatus", "Charging plug"),
    _text("charging_connection_type", "How the car is connected for charging", _NO_QUANTITY),
    _text("charging_inductive_positioning", "How the car stands for inductive charging", _NO_QUANTITY),
    _text("chargeNowAllowed", "Whether charging can be started at once", _NO_QUANTITY),
    _text("single_immediate_charging", "Charging starts at once, this time", "only its word isUnused is known"),
    _text("prognosisWhileChargingStatus", "Whether the end of charging is predicted", _NO_QUANTITY),
    _text("lastChargingEndReason", "Why charging ended last", _NO_QUANTITY),
    _text("lastChargingEndResult", "Whether charging ended well"),
    _number("overall_energy_consumption", "kWh/100km", "Electric consumption", "over which distance is not known"),
    _text("Segment_LastTrip_time_segment_end", "When the last trip ended"),
    _number("Segment_LastTrip_ratio_electric_driven_distance", "%", "Share of the last trip driven electrically"),
    _document("cbsMessages", "Service items"),
    _document("ccmMessages", "Check Control messages"),
)
"""Of `dynamic`; measured when the car reported (`updateTime`)."""

NAVIGATION_KEYS: Final = (
    _number("navigation.soc", "kWh", "Energy in the high-voltage battery", _NO_QUANTITY),
    _number("navigation.socMax", "kWh", "Capacity of the high-voltage battery, as measured"),
)
"""Of `navigation`, which has no time of its own: measured when BMW answered. Its position becomes no reading: `dynamic`
has the same one, with its time."""

LAST_TRIP_KEYS: Final = (
    _number("efficiency.lastTrip.LASTTRIP_DELTA_KM", "km", "Distance of the last trip", _NO_QUANTITY),
    _number("efficiency.lastTrip.LASTTRIP_DELTA_TIME", "min", "Duration of the last trip", "its unit is inferred"),
    _text("efficiency.lastTrip.LASTTRIP_TIME_SEGMENT_END", "When the last trip ended"),
    _number(
        "efficiency.lastTrip.LASTTRIP_RATIO_ELECTRIC_DRIVEN_DISTANCE", "%", "Share of the last trip driven electrically"
    ),
    _number(
        "efficiency.lastTrip.ACTUAL_DISTANCE_WITHOUT_CHARGING", "km", "Distance since the last charge", _NO_QUANTITY
    ),
    _number(
        "efficiency.lastTrip.AVERAGE_ELECTRIC_CONSUMPTION",
        "kWh/100km",
        "Electric consumption of the last trip",
        _NO_QUANTITY,
    ),
    _number(
        "efficiency.lastTrip.AVERAGE_RECUPERATED_ENERGY_PER_100_KM", "kWh/100km", "Energy won back on the last trip"
    ),
    _number(
        "efficiency.lastTrip.COMBINED_AVG_CONSUMED_LITERS_OVERALL",
        "l/100km",
        "Fuel consumption of the last trip",
        _NO_QUANTITY,
    ),
    _number("efficiency.lastTrip.SAVED_LITERS_OVERALL", "l", "Fuel saved on the last trip", _NO_QUANTITY),
)
"""Of `efficiency`; measured when the trip ended."""

LIFE_TIME_KEYS: Final = (
    _number("efficiency.lifeTime.AVERAGE_ELECTRIC_CONSUMPTION", "kWh/100km", "Electric consumption since the reset"),
    _number(
        "efficiency.lifeTime.AVERAGE_RECUPERATED_ENERGY_PER_100_KM",
        "kWh/100km",
        "Energy won back since the reset",
        _NO_QUANTITY,
    ),
    _number(
        "efficiency.lifeTime.COMBINED_AVG_CONSUMED_LITERS_OVERALL",
        "l/100km",
        "Fuel consumption since the reset",
        _NO_QUANTITY,
    ),
    _number(
        "efficiency.lifeTime.CUMULATED_ELECTRIC_DRIVEN_DISTANCE",
        "km",
        "Electric distance since the reset",
        _NO_QUANTITY,
    ),
    _number(
        "efficiency.lifeTime.LONGEST_DISTANCE_WITHOUT_CHARGING", "km", "Longest distance on one charge", _NO_QUANTITY
    ),
    _number("efficiency.lifeTime.SAVED_LITERS_OVERALL", "l", "Fuel saved since the reset", _NO_QUANTITY),
    _text("efficiency.lifeTime.TIMESTAMP_STATISTICS_RESET", "When the statistics were reset", _NO_QUANTITY),
    _number("efficiency.efficiencyQuotient", "%", "Efficiency, rated from 0 to 100", _NO_QUANTITY),
    *(
        _number(f"efficiency.characteristic.{name}", "stars", title, _NO_QUANTITY)
        for name, title in (
            ("CONSUMPTION", "Consumption, rated"),
            ("DRIVING_MODE", "Driving mode, rated"),
            ("CHARGING_BEHAVIOUR", "Charging behaviour, rated"),
            ("ELECTRIC_DRIVING", "Electric driving, rated"),
        )
    ),
)
"""Of `efficiency`, what has no time of its own: measured when BMW answered."""

CATALOGUE: Final[Mapping[Descriptor, Key]] = {
    key.descriptor: key for key in (*DYNAMIC_KEYS, *NAVIGATION_KEYS, *LAST_TRIP_KEYS, *LIFE_TIME_KEYS)
}

_TIME: Final = "it is the time of the readings"
_TIME_AGAIN: Final = "the same time in another form"
_UNIT: Final = "it is the unit of others, which wire reads with it"

NO_READING: Final[Mapping[str, str]] = {
    "updateTime": _TIME,
    **dict.fromkeys(
        (
            *(f"updateTime_converted{part}" for part in ("", "_date", "_time", "_timestamp")),
            *(f"Segment_LastTrip_time_segment_end_formatted{part}" for part in ("", "_date", "_time")),
        ),
        _TIME_AGAIN,
    ),
    **dict.fromkeys(
        ("unitOfLength", "unitOfEnergy", "unitOfElectricConsumption", "unitOfCombustionConsumption"), _UNIT
    ),
}
"""Keys of `dynamic` that become no reading, and why."""
