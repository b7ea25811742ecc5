"""`GET /vehicle/dynamic/v1/{vin}`: the state of a car as a flat map of texts, and what its workshop should know."""

from collections.abc import Collection

from bimmerhub.emulator.cars.states import (
    CONVERTIBLE_ROOF,
    DRIVERS_DOOR,
    HOOD,
    REAR_WINDOW,
    SUNROOF,
    TRUNK,
    ParkingLight,
    WindowState,
)
from bimmerhub.emulator.cars.truth import CarTruth, ChargingTruth, Levels, Openings, PlugTruth
from bimmerhub.emulator.cars.workshop import ServiceDue
from bimmerhub.emulator.connecteddrive import words
from bimmerhub.emulator.host.moments import utc_moment
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.local_words import MILES_PER_KM, door_state, service_state
from bimmerhub.times import MINUTE_MS

Attributes = dict[str, str | None]
USABLE_SHARE = 0.9
"""How much of the battery's gross size a car shows as its charge level (inferred)."""
LIMITED_ATTRIBUTES = (
    "updateTime",
    "updateTime_converted_timestamp",
    "unitOfLength",
    "mileage",
    "door_lock_state",
    "gps_lat",
    "gps_lng",
    "heading",
    "vehicle_tracking",
)
_DOORS = {
    "door_driver_front": DRIVERS_DOOR,
    "door_driver_rear": "row2.driver",
    "door_passenger_front": "row1.passenger",
    "door_passenger_rear": "row2.passenger",
    "hood_state": HOOD,
    "trunk_state": TRUNK,
}
_WINDOWS = {
    "window_driver_front": "window.row1.driver",
    "window_driver_rear": "window.row2.driver",
    "window_passenger_front": "window.row1.passenger",
    "window_passenger_rear": "window.row2.passenger",
    "rear_window": REAR_WINDOW,
    "sunroof_state": SUNROOF,
    "convertible_roof_state": CONVERTIBLE_ROOF,
}


def describe_state(vehicle: AccountVehicle, *, offset_minutes: int) -> dict[str, object]:
    """Return the whole answer; `offset_minutes` is UTC minus local time, as JavaScript has it."""
    return {
        "attributesMap": describe_attributes(vehicle, offset_minutes=offset_minutes),
        "vehicleMessages": {
            "ccmMessages": [
                {
                    "messageType": "CCM",
                    "id": int(warning.kind),
                    "text": words.WARNINGS[warning.kind],
                    "unitOfLengthRemaining": "",
                }
                for warning in vehicle.truth.service.warnings
            ],
            "cbsMessages": [_service_message(due) for due in vehicle.truth.service.due],
        },
    }


def describe_attributes(vehicle: AccountVehicle, *, offset_minutes: int) -> Attributes:
    """Return the flat map."""
    truth, is_in_miles = vehicle.truth, vehicle.car.is_in_miles
    reason = words.UPDATE_REASONS[vehicle.last_state.reason]
    attributes: Attributes = {
        **_times("updateTime", vehicle.last_state.reported_at_ms, offset_minutes=offset_minutes),
        "lastUpdateReason": reason,
        "lsc_trigger": reason,
        "unitOfLength": "mls" if is_in_miles else "km",
        "unitOfEnergy": "kWh",
        "unitOfElectricConsumption": "mls/kWh" if is_in_miles else "kWh/100km",
        "unitOfCombustionConsumption": "mpg" if is_in_miles else "l/100km",
        "mileage": _distance(truth.odometer_km, is_in_miles=is_in_miles),
        "head_unit": truth.equipment.head_unit,
        "head_unit_pu_software": f"{truth.equipment.software[:2]}/{truth.equipment.software[2:]}",
        "DCS_CCH_Activation": None,
        "DCS_CCH_Ongoing ": None,  # the blank is BMW's
        "door_lock_state": words.LOCKS[truth.lock],
        "lights_parking": _lights(truth),
        "condition_based_services": ";".join(_service(due) for due in truth.service.due),
        "check_control_messages": ";".join(words.WARNINGS[warning.kind] for warning in truth.service.warnings),
        **_position(truth),
        **_openings(truth.openings, roofs=truth.equipment.roofs),
        **_fuel(truth.levels, is_in_miles=is_in_miles),
        **_range(truth.levels, is_in_miles=is_in_miles),
        **_last_trip(truth, offset_minutes=offset_minutes),
    }
    if truth.charging is not None and truth.plug is not None:
        attributes |= _battery(truth, is_in_miles=is_in_miles)
        attributes |= _charging(truth.charging, truth.plug, charges_at_once=truth.charges_at_once)
        attributes["charging_connection_type"] = "INDUCTIVE" if truth.equipment.charges_by_induction else "CONDUCTIVE"
    return attributes


def _times(name: str, at_ms: int, *, offset_minutes: int) -> Attributes:
    local_ms = at_ms - offset_minutes * MINUTE_MS
    local = utc_moment(local_ms)
    return {
        name: f"{utc_moment(at_ms):%d.%m.%Y %H:%M:%S} UTC",
        f"{name}_converted": f"{local:%d.%m.%Y %H:%M}",
        f"{name}_converted_date": f"{local:%d.%m.%Y}",
        f"{name}_converted_time": f"{local:%H:%M}",
        f"{name}_converted_timestamp": str(local_ms),
    }


def _position(truth: CarTruth) -> Attributes:
    """Return where the car is, unless its people do not want that told."""
    if not truth.equipment.is_tracking_allowed:
        return {"vehicle_tracking": "0"}
    return {
        "vehicle_tracking": "1",
        "gps_lat": f"{truth.latitude_deg:.6f}",
        "gps_lng": f"{truth.longitude_deg:.6f}",
        "heading": str(truth.heading_deg),
    }


def _lights(truth: CarTruth) -> str:
    if truth.parking_light is ParkingLight.OFF and truth.motion.are_lights_on:
        return "ON"
    return words.PARKING_LIGHTS[truth.parking_light]


def _openings(openings: Openings, *, roofs: Collection[str]) -> Attributes:
    """Return the doors, lids, windows and roofs that the car has."""
    doors = {key: door_state(name, openings) for key, name in _DOORS.items() if name in openings.names}
    windows = {
        key: words.WINDOWS[openings.windows.get(name, WindowState.CLOSED)]
        for key, name in _WINDOWS.items()
        if name in openings.names or name in roofs
    }
    attributes: Attributes = {"rear_window": "CLOSED", **doors, **windows}
    if SUNROOF in roofs:
        state = openings.windows.get(SUNROOF, WindowState.CLOSED)
        attributes |= {"shdStatusUnified": words.WINDOWS[state], "sunroof_position": str(_SUNROOF_PERCENT[state])}
    return attributes


_SUNROOF_PERCENT = {WindowState.CLOSED: 0, WindowState.TILTED: 0, WindowState.AJAR: 50, WindowState.OPEN: 100}
"""How far it is slid back; that the number is in percent is inferred."""


def _fuel(levels: Levels, *, is_in_miles: bool) -> Attributes:
    if levels.fuel_l is None:
        return {}
    range_km = levels.fuel_range_km or 0.0
    return {
        "remaining_fuel": str(round(levels.fuel_l)),
        "fuelPercent": str(round(levels.fuel_percent or 0.0)),
        **_distances("beRemainingRangeFuel", range_km, is_in_miles=is_in_miles),
        "kombi_current_remaining_range_fuel": _distance(range_km, is_in_miles=is_in_miles),
    }


def _range(levels: Levels, *, is_in_miles: bool) -> Attributes:
    total_km = (levels.fuel_range_km or 0.0) + (levels.electric_range_km or 0.0)
    return {"remaining_range": _distance(total_km, is_in_miles=is_in_miles)}


def _battery(truth: CarTruth, *, is_in_miles: bool) -> Attributes:
    levels, battery = truth.levels, truth.service.battery
    soc_percent = levels.soc_percent or 0.0
    size_kwh = 0.0 if battery is None else battery.usable_kwh
    return {
        "chargingLevelHv": f"{round(soc_percent):.1f}",
        "soc_hv_percent": f"{soc_percent * USABLE_SHARE:.1f}",
        "beChargingLevelHv": f"{round(soc_percent):.1f}",
        "beEnergyLevelHv": f"{size_kwh * soc_percent / 100:.1f}",
        "battery_size_max": str(round(size_kwh * 1000)),
        **_distances("beRemainingRangeElectric", levels.electric_range_km or 0.0, is_in_miles=is_in_miles),
        **_distances("beMaxRangeElectric", levels.full_electric_range_km or 0.0, is_in_miles=is_in_miles),
    }


def _charging(charging: ChargingTruth, plug: PlugTruth, *, charges_at_once: bool) -> Attributes:
    is_active = plug.is_plugged and words.CHARGING_STATES[charging.state] == "CHARGINGACTIVE"
    state = words.CHARGING_STATES[charging.state] if plug.is_plugged else "NOCHARGING"
    attributes: Attributes = {
        "charging_status": state,
        "chargingSystemStatus": state,
        "chargingHVStatus": _hv_status(charging) if plug.is_plugged else "INVALID",
        "chargingLogicCurrentlyActive": _logic(charging, is_active=is_active),
        "connectorStatus": "CONNECTED" if plug.is_plugged else "DISCONNECTED",
        "charging_inductive_positioning": "not_positioned",
        "chargeNowAllowed": "ALLOWED" if plug.is_plugged and not is_active else "NOT_ALLOWED",
        "single_immediate_charging": "isUsed" if charges_at_once else "isUnused",
        "prognosisWhileChargingStatus": "IS_PERFORMED" if is_active else "NOT_NEEDED",
        "lastChargingEndReason": words.END_REASONS[charging.last_end],
        "lastChargingEndResult": "FAILED" if charging.has_last_failed else "SUCCESS",
    }
    if is_active:
        attributes["chargingTimeRemaining"] = f"{charging.flow.minutes_left:.1f}"
    return attributes


def _hv_status(charging: ChargingTruth) -> str:
    return "WAITING_FOR_CHARGING" if charging.waits_until_ms is not None else words.HV_STATES[charging.state]


def _logic(charging: ChargingTruth, *, is_active: bool) -> str:
    if is_active:
        return "DIRECT_CHARGING"
    return "NOT_CHARGING" if charging.waits_until_ms is None else "DELAYED_CHARGING"


def _last_trip(truth: CarTruth, *, offset_minutes: int) -> Attributes:
    trip = truth.last_trip
    local = utc_moment(trip.end_ms - offset_minutes * MINUTE_MS)
    name = "Segment_LastTrip_time_segment_end"
    attributes: Attributes = {
        name: f"{utc_moment(trip.end_ms):%d.%m.%Y %H:%M:%S} UTC",
        f"{name}_formatted": f"{local:%d.%m.%Y %H:%M}",
        f"{name}_formatted_date": f"{local:%d.%m.%Y}",
        f"{name}_formatted_time": f"{local:%H:%M}",
    }
    if trip.manner is not None:
        attributes |= {
            "Segment_LastTrip_ratio_electric_driven_distance": str(round(trip.manner.electric_percent)),
            "overall_energy_consumption": f"{trip.manner.consumption_kwh_per_100km:.1f}",
        }
    return attributes


def _service(due: ServiceDue) -> str:
    number, _, _ = words.SERVICES[due.kind]
    month = "" if due.due_month is None else f"{due.due_month[0]}-{due.due_month[1]:02}"
    remaining = "" if due.remaining_km is None else str(due.remaining_km)
    return f"{number:05},{service_state(due)},{month},{remaining}"


def _service_message(due: ServiceDue) -> dict[str, object]:
    number, name, description = words.SERVICES[due.kind]
    message: dict[str, object] = {
        "messageType": "CBS",
        "id": number,
        "text": name,
        "description": description,
        "status": service_state(due),
        "date": "" if due.due_month is None else f"{due.due_month[0]}-{due.due_month[1]:02}",
    }
    if due.remaining_km is not None:
        message["unitOfLengthRemaining"] = str(due.remaining_km)
    return message


def _distance(km: float, *, is_in_miles: bool) -> str:
    return str(round(km * MILES_PER_KM if is_in_miles else km))


def _distances(name: str, km: float, *, is_in_miles: bool) -> Attributes:
    """Return a distance in the car's unit, in kilometres and in miles."""
    return {
        name: _distance(km, is_in_miles=is_in_miles),
        f"{name}Km": _distance(km, is_in_miles=False),
        f"{name}Mile": _distance(km, is_in_miles=True),
    }
