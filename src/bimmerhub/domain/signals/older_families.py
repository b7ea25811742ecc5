"""The descriptors of BMW's older families that feed our signals, beside CarData's.

They are the last group of a signal: a car that CarData tells of as well goes by CarData, unless that is older by more
than the signal's own time. Of several families the newest counts. Which key means what is said in each family's
catalogue (`bmw/FAMILY/catalogue.py`).
"""

from collections.abc import Mapping
from typing import Final

from bimmerhub.ids import Descriptor

_IREMOTE: Final[Mapping[str, tuple[str, ...]]] = {
    "soc_percent": ("chargingLevelHv",),
    "usable_energy_kwh": ("navigation.socMax", "allTrips.batterySizeMax"),
    "charging_status": ("chargingStatus",),
    "is_charging": ("chargingStatus",),
    "is_plugged_in": ("connectionStatus",),
    "is_instant_charging": ("singleImmediateCharging",),
    "is_last_charging_successful": ("lastChargingEndResult",),
    "time_to_full_min": ("chargingTimeRemaining",),
    "electric_range_km": ("remainingRangeElectric",),
    "fuel_percent": ("fuelPercent",),
    "fuel_l": ("remainingFuel",),
    "odometer_km": ("mileage",),
    "average_consumption_kwh_per_100km": ("allTrips.avgElectricConsumption.userAverage",),
    "latitude_deg": ("position.lat",),
    "longitude_deg": ("position.lon",),
    "heading_deg": ("position.heading",),
    "last_trip_ended": ("lastTrip.date",),
    "last_trip_electric_percent": ("lastTrip.electricDistanceRatio",),
    "last_trip_recuperation_kwh_per_100km": ("lastTrip.avgRecuperation",),
    "next_service_on": ("cbsData",),
    "services_due": ("cbsData",),
    "check_control_messages": ("checkControlMessages",),
    "lock_state": ("doorLockState",),
    "is_locked": ("doorLockState",),
    "is_door_front_driver_open": ("doorDriverFront",),
    "is_door_front_passenger_open": ("doorPassengerFront",),
    "is_door_rear_driver_open": ("doorDriverRear",),
    "is_door_rear_passenger_open": ("doorPassengerRear",),
    "is_trunk_open": ("trunk",),
    "is_trunk_window_open": ("rearWindow",),
    "is_hood_open": ("hood",),
    "window_front_driver": ("windowDriverFront",),
    "window_front_passenger": ("windowPassengerFront",),
    "window_rear_driver": ("windowDriverRear",),
    "window_rear_passenger": ("windowPassengerRear",),
    "sunroof_state": ("sunroof",),
    "convertible_roof_state": ("convertibleRoofState",),
    "are_lights_on": ("positionLight",),
}

_CONNECTEDDRIVE: Final[Mapping[str, tuple[str, ...]]] = {
    "soc_percent": ("chargingLevelHv",),
    "usable_energy_kwh": ("navigation.socMax", "battery_size_max"),
    "charging_status": ("chargingHVStatus", "charging_status"),
    "is_charging": ("chargingHVStatus", "charging_status"),
    "is_plugged_in": ("connectorStatus",),
    "is_last_charging_successful": ("lastChargingEndResult",),
    "time_to_full_min": ("chargingTimeRemaining",),
    "electric_range_km": ("beRemainingRangeElectricKm",),
    "fuel_percent": ("fuelPercent",),
    "fuel_l": ("remaining_fuel",),
    "odometer_km": ("mileage",),
    "average_consumption_kwh_per_100km": ("efficiency.lifeTime.AVERAGE_ELECTRIC_CONSUMPTION",),
    "latitude_deg": ("gps_lat",),
    "longitude_deg": ("gps_lng",),
    "heading_deg": ("heading",),
    "last_trip_ended": (
        "Segment_LastTrip_time_segment_end",
        "efficiency.lastTrip.LASTTRIP_TIME_SEGMENT_END",
    ),
    "last_trip_electric_percent": (
        "Segment_LastTrip_ratio_electric_driven_distance",
        "efficiency.lastTrip.LASTTRIP_RATIO_ELECTRIC_DRIVEN_DISTANCE",
    ),
    "last_trip_recuperation_kwh_per_100km": ("efficiency.lastTrip.AVERAGE_RECUPERATED_ENERGY_PER_100_KM",),
    "next_service_on": ("cbsMessages", "condition_based_services"),
    "services_due": ("cbsMessages", "condition_based_services"),
    "check_control_messages": ("ccmMessages",),
    "lock_state": ("door_lock_state",),
    "is_locked": ("door_lock_state",),
    "is_door_front_driver_open": ("door_driver_front",),
    "is_door_front_passenger_open": ("door_passenger_front",),
    "is_door_rear_driver_open": ("door_driver_rear",),
    "is_door_rear_passenger_open": ("door_passenger_rear",),
    "is_trunk_open": ("trunk_state",),
    "is_trunk_window_open": ("rear_window",),
    "is_hood_open": ("hood_state",),
    "window_front_driver": ("window_driver_front",),
    "window_front_passenger": ("window_passenger_front",),
    "window_rear_driver": ("window_driver_rear",),
    "window_rear_passenger": ("window_passenger_rear",),
    "sunroof_state": ("sunroof_state",),
    "convertible_roof_state": ("convertible_roof_state",),
}

_ROWS: Final = ("Front", "Rear")
_SIDES: Final = ("driver", "passenger")
_WHEELS: Final = (("Front", "Left"), ("Front", "Right"), ("Rear", "Left"), ("Rear", "Right"))
_MYBMW: Final[Mapping[str, tuple[str, ...]]] = {
    "soc_percent": ("electricChargingState.chargingLevelPercent",),
    "soc_target_percent": ("electricChargingState.chargingTarget",),
    "charging_status": ("electricChargingState.chargingStatus",),
    "is_charging": ("electricChargingState.chargingStatus",),
    "is_plugged_in": ("electricChargingState.isChargerConnected",),
    "charging_current_limit_a": ("chargingProfile.chargingSettings.acCurrentLimit",),
    "is_charging_current_limited": ("chargingProfile.chargingSettings.isAcCurrentLimitActive",),
    "time_to_full_min": ("electricChargingState.remainingChargingMinutes",),
    "electric_range_km": ("electricChargingState.range",),
    "total_range_km": ("range",),
    "fuel_percent": ("combustionFuelLevel.remainingFuelPercent",),
    "fuel_l": ("combustionFuelLevel.remainingFuelLiters",),
    "odometer_km": ("currentMileage",),
    "climate_activity": ("climateControlState.activity",),
    "is_climate_on": ("climateControlState.activity",),
    "climate_time_left_min": ("climateControlState.remainingSeconds",),
    "latitude_deg": ("location.coordinates.latitude",),
    "longitude_deg": ("location.coordinates.longitude",),
    "heading_deg": ("location.heading",),
    "next_service_on": ("requiredServices",),
    "services_due": ("requiredServices",),
    "check_control_messages": ("checkControlMessages",),
    "lock_state": ("doorsState.combinedSecurityState",),
    "is_locked": ("doorsState.combinedSecurityState",),
    **{f"is_door_{row.lower()}_{side}_open": (f"doorsState.{side}{row}",) for row in _ROWS for side in _SIDES},
    "is_trunk_open": ("doorsState.trunk",),
    "is_hood_open": ("doorsState.hood",),
    **{f"window_{row.lower()}_{side}": (f"windowsState.{side}{row}",) for row in _ROWS for side in _SIDES},
    "is_trunk_window_open": ("windowsState.rear",),
    "sunroof_state": ("roofState.roofState",),
    **{
        f"tyre_pressure_{row.lower()}_{side.lower()}_kpa": (f"tireState.{row.lower()}{side}.status.currentPressure",)
        for row, side in _WHEELS
    },
    **{
        f"tyre_pressure_target_{row.lower()}_{side.lower()}_kpa": (
            f"tireState.{row.lower()}{side}.status.targetPressure",
        )
        for row, side in _WHEELS
    },
}

FAMILY_KEYS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "iremote": _IREMOTE,
    "connecteddrive": _CONNECTEDDRIVE,
    "mybmw": _MYBMW,
}
"""By family and signal: the keys that feed it, without the family's name in front."""


def family_descriptors(signal: str) -> tuple[Descriptor, ...]:
    """Return the older families' descriptors that feed the signal of that name."""
    return tuple(Descriptor(f"{family}.{key}") for family, keys in FAMILY_KEYS.items() for key in keys.get(signal, ()))
