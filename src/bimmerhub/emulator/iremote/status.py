"""`GET /user/vehicles/{vin}/status`: the last state that a car reported."""

from collections.abc import Collection

from bimmerhub.emulator.cars.models.equipment import CarBrand
from bimmerhub.emulator.cars.owner_wishes import PlannerKind
from bimmerhub.emulator.cars.states import (
    CONVERTIBLE_ROOF,
    DRIVERS_DOOR,
    HOOD,
    REAR_WINDOW,
    SUNROOF,
    TRUNK,
    WindowState,
)
from bimmerhub.emulator.cars.truth import CarTruth, ChargingTruth, Levels, Openings, PlugTruth
from bimmerhub.emulator.cars.workshop import CarWarning, ServiceDue
from bimmerhub.emulator.iremote import words
from bimmerhub.emulator.iremote.vehicles import has_full_state
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.local_words import door_state, local_time, miles, service_state, utc_time

DOORS = {
    "doorDriverFront": DRIVERS_DOOR,
    "doorDriverRear": "row2.driver",
    "doorPassengerFront": "row1.passenger",
    "doorPassengerRear": "row2.passenger",
    "hood": HOOD,
    "trunk": TRUNK,
}
WINDOWS = {
    "windowDriverFront": "window.row1.driver",
    "windowDriverRear": "window.row2.driver",
    "windowPassengerFront": "window.row1.passenger",
    "windowPassengerRear": "window.row2.passenger",
    "rearWindow": REAR_WINDOW,
    "sunroof": SUNROOF,
    "convertibleRoofState": CONVERTIBLE_ROOF,
}


CONNECTED_HOME = {"DCS_CCH_Activation": "NA", "DCS_CCH_Ongoing": False}
"""Keys that stand beside `vehicleStatus` at some cars, here at MINI, and in it at the others."""


def wrap_status(vehicle: AccountVehicle, status: dict[str, object]) -> dict[str, object]:
    """Return the whole answer."""
    if vehicle.truth.equipment.brand is CarBrand.MINI:
        return {"vehicleStatus": status, **CONNECTED_HOME}
    return {"vehicleStatus": {**status, **CONNECTED_HOME}}


def describe_status(vehicle: AccountVehicle, *, is_too_far: bool) -> dict[str, object]:
    """Return `vehicleStatus`; `is_too_far`: whoever asks is too far away to be told where the car is."""
    truth, state = vehicle.truth, vehicle.last_state
    fields: dict[str, object] = {
        "vin": vehicle.car.vin,
        "updateTime": local_time(state.reported_at_ms),
        "position": _position(truth, is_too_far=is_too_far),
    }
    if not has_full_state(truth.equipment):
        return fields
    fields |= {
        "mileage": round(truth.odometer_km),
        "updateReason": words.UPDATE_REASONS[state.reason],
        "internalDataTimeUTC": utc_time(state.reported_at_ms),
        "doorLockState": words.LOCKS[truth.lock],
        "parkingLight": words.PARKING_LIGHTS[truth.parking_light],
        "positionLight": "ON" if truth.motion.are_lights_on else "OFF",
        "vehicleCountry": truth.equipment.country,
        "steering": "RH" if truth.equipment.is_right_hand_drive else "LH",
        "checkControlMessages": [
            _warning(warning, odometer_km=truth.service.odometer_km) for warning in truth.service.warnings
        ],
        "cbsData": [_service(due) for due in truth.service.due],
        **_openings(truth.openings, roofs=truth.equipment.roofs),
        **_levels(
            truth.levels,
            tank_l=truth.equipment.tank_l,
            has_full_range=truth.equipment.planner is PlannerKind.WEEKLY,
        ),
    }
    if truth.charging is not None and truth.plug is not None:
        fields |= _charging(truth.charging, truth.plug, by_induction=truth.equipment.charges_by_induction)
        fields["singleImmediateCharging"] = truth.charges_at_once
    return fields


def _position(truth: CarTruth, *, is_too_far: bool) -> dict[str, object]:
    if not truth.equipment.is_tracking_allowed:
        return {"status": "DRIVER_DISABLED"}
    if truth.motion.is_driven:
        return {"status": "VEHICLE_ACTIVE"}
    if is_too_far:
        return {"status": "TOO_FAR_AWAY"}
    return {
        "lat": round(truth.latitude_deg, 6),
        "lon": round(truth.longitude_deg, 6),
        "heading": truth.heading_deg,
        "status": "OK",
    }


def _openings(openings: Openings, *, roofs: Collection[str]) -> dict[str, object]:
    """Return doors, lids, windows and roofs; INVALID: the car has no such part."""
    doors = {key: door_state(name, openings) if name in openings.names else "INVALID" for key, name in DOORS.items()}
    windows = {
        key: words.WINDOWS[openings.windows.get(name, WindowState.CLOSED)]
        if name in openings.names or name in roofs
        else "INVALID"
        for key, name in WINDOWS.items()
    }
    return {**doors, **windows}


def _levels(levels: Levels, *, tank_l: float | None, has_full_range: bool) -> dict[str, object]:
    """Return tank, battery and ranges; `has_full_range`: the range of a full battery too, as battery cars do."""
    fields: dict[str, object] = {}
    if tank_l is not None:
        fuel_l, percent, range_km = levels.fuel_l or 0.0, levels.fuel_percent or 0.0, levels.fuel_range_km or 0.0
        fields |= {
            "remainingFuel": round(fuel_l, 1),
            "fuelPercent": round(percent, 1),
            "maxFuel": tank_l,
            "remainingRangeFuel": round(range_km),
            "remainingRangeFuelMls": miles(range_km),
        }
    if levels.soc_percent is not None:
        range_km = levels.electric_range_km or 0.0
        fields |= {
            "chargingLevelHv": round(levels.soc_percent),
            "remainingRangeElectric": round(range_km),
            "remainingRangeElectricMls": miles(range_km),
        }
        if has_full_range:
            full_km = levels.full_electric_range_km or 0.0
            fields |= {"maxRangeElectric": round(full_km), "maxRangeElectricMls": miles(full_km)}
    return fields


def _charging(charging: ChargingTruth, plug: PlugTruth, *, by_induction: bool) -> dict[str, object]:
    waiting = "WAITING_FOR_CHARGING" if charging.waits_until_ms is not None else words.CHARGING_STATES[charging.state]
    status = waiting if plug.is_plugged else "INVALID"
    fields: dict[str, object] = {
        "chargingStatus": status,
        "connectionStatus": "CONNECTED" if plug.is_plugged else "DISCONNECTED",
        "chargingConnectionType": "INDUCTIVE" if by_induction else "CONDUCTIVE",
        "chargingInductivePositioning": "NOT_POSITIONED",
        "lastChargingEndReason": words.END_REASONS[charging.last_end],
        "lastChargingEndResult": "FAILED" if charging.has_last_failed else "SUCCESS",
    }
    if status == "CHARGING":
        fields["chargingTimeRemaining"] = charging.flow.minutes_left
    return fields


def _warning(warning: CarWarning, *, odometer_km: float) -> dict[str, object]:
    short, long = words.WARNINGS[warning.kind]
    return {
        "ccmId": int(warning.kind),
        "ccmMileage": round(odometer_km),
        "ccmDescriptionShort": short,
        "ccmDescriptionLong": long,
    }


def _service(due: ServiceDue) -> dict[str, object]:
    kind, description = words.SERVICES[due.kind]
    fields: dict[str, object] = {"cbsType": kind, "cbsState": service_state(due)}
    if due.due_month is not None:
        year, month = due.due_month
        fields["cbsDueDate"] = f"{year}-{month:02}"
    if due.remaining_km is not None:
        fields["cbsRemainingMileage"] = due.remaining_km
    return fields | {"cbsDescription": description}
