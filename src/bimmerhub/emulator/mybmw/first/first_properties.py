"""`properties` of the first list (2021): what the car measures, in numbers with their units."""

import datetime as dt
from collections.abc import Mapping

from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.cars.states import HOOD, SUNROOF, TRUNK, ChargingState, LockState, WindowState
from bimmerhub.emulator.cars.truth import CarTruth, Levels, Openings, TyreTruth
from bimmerhub.emulator.cars.workshop import ServiceDue
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.mybmw.app_times import app_time
from bimmerhub.emulator.mybmw.car.body_state import describe_location
from bimmerhub.emulator.mybmw.car.state import has_full_state
from bimmerhub.emulator.mybmw.car.tyre_details import SUMMER, describe_tyre_details
from bimmerhub.emulator.remote.account_vehicles import AccountVehicle
from bimmerhub.emulator.remote.local_words import door_state, service_state

_DOORS = {
    "driverFront": "row1.driver",
    "driverRear": "row2.driver",
    "passengerFront": "row1.passenger",
    "passengerRear": "row2.passenger",
}


def describe_properties(vehicle: AccountVehicle) -> dict[str, object]:
    """Return `properties`; a car that does not report its state has few."""
    truth = vehicle.truth
    fields: dict[str, object] = {
        "lastUpdatedAt": app_time(vehicle.last_state.reported_at_ms),
        "originCountryISO": truth.equipment.country,
        "isServiceRequired": any(due.is_near for due in truth.service.due),
        "serviceRequired": [_service(due) for due in truth.service.due],
        "checkControlMessages": [{"type": words.WARNINGS[warning.kind][0]} for warning in truth.service.warnings],
    }
    if not has_full_state(truth.equipment):
        return fields
    is_closed = not truth.openings.open_names
    fields |= {
        "inMotion": truth.motion.is_moving,
        "areDoorsClosed": is_closed,
        "areDoorsOpen": not is_closed,
        "areDoorsLocked": truth.lock in {LockState.LOCKED, LockState.SECURED},
        "areWindowsClosed": not truth.openings.windows,
        "climateControl": {"activity": words.CLIMATE[truth.climate.activity]},
        "doorsAndWindows": _openings(truth.openings, truth.equipment),
        "tires": _tyres(vehicle),
        **_levels(truth.levels),
    }
    if (location := describe_location(truth)) is not None:
        fields["vehicleLocation"] = location
    return fields | _charging(truth)


def _levels(levels: Levels) -> dict[str, object]:
    fields: dict[str, object] = {}
    electric_km, fuel_km = levels.electric_range_km, levels.fuel_range_km
    if fuel_km is not None:
        fields["fuelLevel"] = {"value": round(levels.fuel_l or 0.0), "units": "LITERS"}
        fields["fuelPercentage"] = {"value": round(levels.fuel_percent or 0.0)}
        fields["combustionRange"] = _distance(fuel_km)
    if electric_km is not None:
        fields["electricRange"] = _distance(electric_km)
        fields["electricRangeAndStatus"] = {
            "chargePercentage": round(levels.soc_percent or 0.0),
            **_distance(electric_km),
        }
    return fields | {"combinedRange": _distance((electric_km or 0.0) + (fuel_km or 0.0))}


def _charging(truth: CarTruth) -> dict[str, object]:
    charging, plug = truth.charging, truth.plug
    if charging is None or plug is None:
        return {}
    is_done = charging.state in {ChargingState.FULL, ChargingState.ENDED}
    state = "CHARGING" if charging.state is ChargingState.CHARGING else "COMPLETE" if is_done else "NOT_CHARGING"
    return {
        "chargingState": {
            "chargePercentage": round(truth.levels.soc_percent or 0.0),
            "state": state,
            "type": "CONDUCTIVE" if plug.is_plugged else "NOT_AVAILABLE",
            "isChargerConnected": plug.is_plugged,
        }
    }


def _openings(openings: Openings, equipment: Equipment) -> dict[str, object]:
    doors = {key: door_state(name, openings) for key, name in _DOORS.items() if name in openings.names}
    windows = {
        key: words.WINDOWS[openings.windows.get(f"window.{name}", WindowState.CLOSED)]
        for key, name in _DOORS.items()
        if f"window.{name}" in openings.names
    }
    lids = {name: door_state(name, openings) for name in (HOOD, TRUNK)}
    sunroof = openings.windows.get(SUNROOF, WindowState.CLOSED)
    roof = {"moonroof": words.ROOFS[sunroof]} if equipment.has_sunroof else {}
    return {"doors": doors, "windows": windows, **lids, **roof}


def _tyres(vehicle: AccountVehicle) -> dict[str, object]:
    details = describe_tyre_details(vehicle)
    tyres = {tyre.wheel: tyre for tyre in vehicle.truth.sensors.tyres}
    return {
        key: {"status": _tyre(tyres[wheel]), **({"details": _details(details[key])} if key in details else {})}
        for key, wheel in words.WHEELS.items()
        if wheel in tyres
    }


def _details(later: Mapping[str, object]) -> dict[str, object]:
    """Return `details` of a tyre as v1 wrote them, out of those of v4: in words."""
    week, speed = str(later["manufacturingWeek"]).zfill(4), later["speedClassification"]
    mounted_on = dt.date.fromisoformat(str(later["mountingDate"])[:10])
    return {
        "dimension": later["dimension"],
        "manufacturer": later["manufacturer"],
        "manufacturingWeek": f"{week[:2]} / {week[2:]}",
        "maxSpeed": f"{speed['speedRating'] if isinstance(speed, dict) else 0} km/h",
        "mountingDate": f"{mounted_on:%m/%d/%Y}",
        "optimizedForOemBmw": "Yes",
        "partNumber": later["partNumber"],
        "season": "Summer tires" if later["season"] == SUMMER else "Winter tires",
        "treadDesign": later["treadDesign"],
    }


def _tyre(tyre: TyreTruth) -> dict[str, object]:
    return {
        "currentPressure": round(tyre.pressure_kpa),
        "localizedCurrentPressure": f"{tyre.pressure_kpa / 100:.1f} bar",
        "targetPressure": round(tyre.target_kpa),
        "localizedTargetPressure": f"{tyre.target_kpa / 100:.1f} bar",
        "wear": 0,
    }


def _service(due: ServiceDue) -> dict[str, object]:
    """Return a service; `distance` is what is left."""
    fields: dict[str, object] = {"type": words.SERVICES[due.kind][0], "status": service_state(due)}
    if due.due_month is not None:
        year, month = due.due_month
        fields["dateTime"] = f"{year}-{month:02}-01T00:00:00.000Z"
    if due.remaining_km is not None:
        fields["distance"] = {"value": due.remaining_km, "units": "KILOMETERS"}
    return fields


def _distance(km: float) -> dict[str, object]:
    return {"distance": {"value": round(km), "units": "KILOMETERS"}}
