"""The catalogue of the portal: each key of its answers that becomes a reading, with its type, unit and meaning.

A reading's descriptor is `connecteddrive.` and the key. Numbers come in the unit that is stored: distances in the car's
own unit become kilometres in `wire`. Which signals a key feeds is said in `domain.signals.older_families`; `no_signal`
says why a key feeds none. What becomes no reading is in `NO_READING`, with the reason.
Sources: stored answers of several cars, clients of the portal (2015-2021).
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.bmw.answers.catalogue_keys import (
    CatalogueKey,
    bool_key,
    document_key,
    number_key,
    text_key,
    to_catalogue,
)
from bimmerhub.ids import Descriptor

PREFIX: Final = "connecteddrive."

_MILES: Final = "the same in miles"
_CAR_UNIT: Final = "the same in the car's unit"
_NO_QUANTITY: Final = "no quantity of ours"
_UNKNOWN: Final = "what it means is not known"


def _ranges(key: str, title: str, no_signal: str | None = None) -> tuple[CatalogueKey, ...]:
    """Return a distance that BMW tells three times; the one in kilometres may feed a signal."""
    return (
        number_key(key, "km", f"{title}, told in the car's unit", no_signal or _CAR_UNIT),
        number_key(f"{key}Km", "km", title, no_signal),
        number_key(f"{key}Mile", "mi", f"{title}, in miles", _MILES),
    )


_SEATS: Final = tuple(f"{side}_{row}" for side in ("driver", "passenger") for row in ("front", "rear"))

DYNAMIC_KEYS: Final = (
    text_key("lastUpdateReason", "Why the car reported", _NO_QUANTITY),
    text_key("lsc_trigger", "Why the car reported, as its last state call says", _NO_QUANTITY),
    number_key("mileage", "km", "Odometer"),
    text_key("head_unit", "Head unit", _NO_QUANTITY),
    text_key("head_unit_pu_software", "Software of the head unit, MM/YY", _NO_QUANTITY),
    bool_key("vehicle_tracking", "The car may tell its position", _NO_QUANTITY),
    number_key("gps_lat", "deg", "Latitude"),
    number_key("gps_lng", "deg", "Longitude"),
    number_key("heading", "deg", "Heading"),
    text_key("DCS_CCH_Activation", "DCS_CCH_Activation", _UNKNOWN),
    text_key("DCS_CCH_Ongoing", "DCS_CCH_Ongoing", _UNKNOWN),
    *(text_key(f"door_{seat}", f"Door, {seat.replace('_', ' ')}") for seat in _SEATS),
    text_key("hood_state", "Hood"),
    text_key("trunk_state", "Trunk"),
    *(text_key(f"window_{seat}", f"Window, {seat.replace('_', ' ')}") for seat in _SEATS),
    text_key("rear_window", "Rear window"),
    text_key("sunroof_state", "Sunroof"),
    text_key("shdStatusUnified", "Sunroof, in the words of all models", "the same as sunroof_state"),
    number_key("sunroof_position", None, "Position of the sunroof", "its unit is not known"),
    text_key("convertible_roof_state", "Convertible roof"),
    text_key("door_lock_state", "Locks"),
    text_key("lights_parking", "Parking light", "tells the parking light, not whether the lights are on"),
    document_key("condition_based_services", "Service items, as numbers"),
    text_key("check_control_messages", "Check Control messages, as a text", "ccmMessages has them one by one"),
    number_key("remaining_fuel", "l", "Fuel in the tank"),
    number_key("fuelPercent", "%", "Fuel level"),
    *_ranges("beRemainingRangeFuel", "Range on fuel", "fuel_range_km is reckoned from two ranges that it lacks"),
    number_key("kombi_current_remaining_range_fuel", "km", "Range on fuel by the instruments", _NO_QUANTITY),
    number_key("remaining_range", "km", "Range", "which ranges it adds up is not known"),
    *_ranges("beRemainingRangeElectric", "Electric range"),
    *_ranges("beMaxRangeElectric", "Electric range with a full battery", _NO_QUANTITY),
    number_key("chargingLevelHv", "%", "Charge level, as the car displays it"),
    number_key("soc_hv_percent", "%", "Charge level of the gross capacity", "not the level that the car displays"),
    number_key("beChargingLevelHv", "%", "Charge level", "chargingLevelHv is the one that all cars tell"),
    number_key("beEnergyLevelHv", "kWh", "Energy in the high-voltage battery", "its unit is inferred"),
    number_key("battery_size_max", "Wh", "Capacity of the high-voltage battery"),
    text_key("charging_status", "What the charger does"),
    text_key("chargingSystemStatus", "What the charging system does", "the same as charging_status"),
    text_key("chargingHVStatus", "What the high-voltage battery does"),
    text_key("chargingLogicCurrentlyActive", "How charging is controlled", _NO_QUANTITY),
    number_key("chargingTimeRemaining", "min", "Time until charging is done"),
    text_key("connectorStatus", "Charging plug"),
    text_key("charging_connection_type", "How the car is connected for charging", _NO_QUANTITY),
    text_key("charging_inductive_positioning", "How the car stands for inductive charging", _NO_QUANTITY),
    text_key("chargeNowAllowed", "Whether charging can be started at once", _NO_QUANTITY),
    text_key("single_immediate_charging", "Charging starts at once, this time", "only its word isUnused is known"),
    text_key("prognosisWhileChargingStatus", "Whether the end of charging is predicted", _NO_QUANTITY),
    text_key("lastChargingEndReason", "Why charging ended last", _NO_QUANTITY),
    text_key("lastChargingEndResult", "Whether charging ended well"),
    number_key("overall_energy_consumption", "kWh/100km", "Electric consumption", "over which distance is not known"),
    text_key("Segment_LastTrip_time_segment_end", "When the last trip ended"),
    number_key("Segment_LastTrip_ratio_electric_driven_distance", "%", "Share of the last trip driven electrically"),
    document_key("cbsMessages", "Service items"),
    document_key("ccmMessages", "Check Control messages"),
)
"""Of `dynamic`; measured when the car reported (`updateTime`)."""

NAVIGATION_KEYS: Final = (
    number_key("navigation.soc", "kWh", "Energy in the high-voltage battery", _NO_QUANTITY),
    number_key("navigation.socMax", "kWh", "Capacity of the high-voltage battery, as measured"),
)
"""Of `navigation`, which has no time of its own: measured when BMW answered. Its position becomes no reading: `dynamic`
has the same one, with its time."""

LAST_TRIP_KEYS: Final = (
    number_key("efficiency.lastTrip.LASTTRIP_DELTA_KM", "km", "Distance of the last trip", _NO_QUANTITY),
    number_key("efficiency.lastTrip.LASTTRIP_DELTA_TIME", "min", "Duration of the last trip", "its unit is inferred"),
    text_key("efficiency.lastTrip.LASTTRIP_TIME_SEGMENT_END", "When the last trip ended"),
    number_key(
        "efficiency.lastTrip.LASTTRIP_RATIO_ELECTRIC_DRIVEN_DISTANCE", "%", "Share of the last trip driven electrically"
    ),
    number_key(
        "efficiency.lastTrip.ACTUAL_DISTANCE_WITHOUT_CHARGING", "km", "Distance since the last charge", _NO_QUANTITY
    ),
    number_key(
        "efficiency.lastTrip.AVERAGE_ELECTRIC_CONSUMPTION",
        "kWh/100km",
        "Electric consumption of the last trip",
        _NO_QUANTITY,
    ),
    number_key(
        "efficiency.lastTrip.AVERAGE_RECUPERATED_ENERGY_PER_100_KM", "kWh/100km", "Energy won back on the last trip"
    ),
    number_key(
        "efficiency.lastTrip.COMBINED_AVG_CONSUMED_LITERS_OVERALL",
        "l/100km",
        "Fuel consumption of the last trip",
        _NO_QUANTITY,
    ),
    number_key("efficiency.lastTrip.SAVED_LITERS_OVERALL", "l", "Fuel saved on the last trip", _NO_QUANTITY),
)
"""Of `efficiency`; measured when the trip ended."""

LIFE_TIME_KEYS: Final = (
    number_key("efficiency.lifeTime.AVERAGE_ELECTRIC_CONSUMPTION", "kWh/100km", "Electric consumption since the reset"),
    number_key(
        "efficiency.lifeTime.AVERAGE_RECUPERATED_ENERGY_PER_100_KM",
        "kWh/100km",
        "Energy won back since the reset",
        _NO_QUANTITY,
    ),
    number_key(
        "efficiency.lifeTime.COMBINED_AVG_CONSUMED_LITERS_OVERALL",
        "l/100km",
        "Fuel consumption since the reset",
        _NO_QUANTITY,
    ),
    number_key(
        "efficiency.lifeTime.CUMULATED_ELECTRIC_DRIVEN_DISTANCE",
        "km",
        "Electric distance since the reset",
        _NO_QUANTITY,
    ),
    number_key(
        "efficiency.lifeTime.LONGEST_DISTANCE_WITHOUT_CHARGING", "km", "Longest distance on one charge", _NO_QUANTITY
    ),
    number_key("efficiency.lifeTime.SAVED_LITERS_OVERALL", "l", "Fuel saved since the reset", _NO_QUANTITY),
    text_key("efficiency.lifeTime.TIMESTAMP_STATISTICS_RESET", "When the statistics were reset", _NO_QUANTITY),
    number_key("efficiency.efficiencyQuotient", "%", "Efficiency, rated from 0 to 100", _NO_QUANTITY),
    *(
        number_key(f"efficiency.characteristic.{name}", "stars", title, _NO_QUANTITY)
        for name, title in (
            ("CONSUMPTION", "Consumption, rated"),
            ("DRIVING_MODE", "Driving mode, rated"),
            ("CHARGING_BEHAVIOUR", "Charging behaviour, rated"),
            ("ELECTRIC_DRIVING", "Electric driving, rated"),
        )
    ),
)
"""Of `efficiency`, what has no time of its own: measured when BMW answered."""

CATALOGUE: Final[Mapping[Descriptor, CatalogueKey]] = to_catalogue(
    PREFIX, (*DYNAMIC_KEYS, *NAVIGATION_KEYS, *LAST_TRIP_KEYS, *LIFE_TIME_KEYS)
)

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
